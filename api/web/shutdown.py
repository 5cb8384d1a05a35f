"""Letting go early: answers that never end by themselves must end when the server is asked to stop.

uvicorn waits for open answers before it runs the application's own shutdown, so the signal is listened to.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

shutting_down = threading.Event()


@contextmanager
def at_stop_signal(let_go: Callable[[], None]) -> Iterator[None]:
    """Calls `let_go` on SIGINT and SIGTERM, before whoever handled them so far."""
    shutting_down.clear()
    if threading.current_thread() is not threading.main_thread():
        yield  # a test's server; signals belong to the main thread
        return
    chained = [_chain(number, let_go) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for put_back in chained:
            put_back()


def _chain(number: signal.Signals, let_go: Callable[[], None]) -> Callable[[], None]:
    before = signal.getsignal(number)

    def handle(received: int, frame: FrameType | None) -> None:
        shutting_down.set()
        let_go()
        if callable(before):
            before(received, frame)

    if callable(before):
        signal.signal(number, handle)

    def put_back() -> None:
        if signal.getsignal(number) is handle:
            signal.signal(number, before)

    return put_back
