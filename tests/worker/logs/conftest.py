"""Attempts on either database, and the logging of a worker."""

import logging
import threading
from collections.abc import Iterator
from threading import Timer

import pytest
import structlog

from core.log import configure_logging
from jobs.logs import capture
from tests.jobs.running import start_worker


@pytest.fixture
def worker_id(database: str) -> str:
    return start_worker("w@host")


@pytest.fixture(autouse=True)
def nothing_left_to_write() -> Iterator[None]:
    """A logbook that waits for its database goes on beside; the next test shall not meet it."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, Timer):
            thread.cancel()
            thread.join()


@pytest.fixture
def capturing() -> Iterator[None]:
    """Logging as a worker sets it up."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    configure_logging()
    capture.install()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)
