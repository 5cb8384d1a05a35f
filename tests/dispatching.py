"""A dispatcher of a test's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from jobs.dispatch.dispatcher import Dispatcher


@contextmanager
def dispatcher() -> Iterator[Dispatcher]:
    """What runs in a web process: it outlives any worker."""
    running = Dispatcher("test")
    running.start()
    try:
        yield running
    finally:
        running.stop()
