"""A regular duty with a pace of its own; what goes wrong in one keeps no other from being done."""

import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError

from core.patience import is_trouble

log = structlog.get_logger(__name__)


class Duty:
    """`work` does one batch and answers whether more of it waits; `every` is the seconds between two looks."""

    def __init__(self, what: str, every: float, work: Callable[[], bool]) -> None:
        self._what = what
        self._every = every
        self._work = work
        self._next = 0.0

    def when_due(self) -> None:
        """One batch at most, so that a large one holds up nobody. Raises when the database is in trouble."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every
        try:
            if self._work():
                self._next = 0.0
        except Exception as error:
            if isinstance(error, DBAPIError) and is_trouble(error):
                raise
            log.exception("a regular duty failed", duty=self._what)
