"""Celery's sets of requests as another thread than the event loop sees them."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

TRIES = 5


def snapshot(requests: Iterable[Any]) -> list[Any] | None:
    """What is in a set that the event loop changes meanwhile; None when it changed during every look."""
    for _ in range(TRIES):
        with suppress(RuntimeError):  # it changed its size
            return list(requests)
    return None
