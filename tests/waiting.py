"""Tests wait for conditions, never for time to pass."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.05  # seconds


def wait_for(condition: Callable[[], T], *, what: str, timeout: float = 60.0) -> T:
    """Answers the first true value of `condition`; a test that waits in vain says for what."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:.0f} s in vain for: {what}")
        time.sleep(PAUSE)
