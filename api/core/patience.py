"""Patience with a database in trouble: what is tried again, and for how long."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

log = structlog.get_logger(__name__)
T = TypeVar("T")

PASSING_STATES = {"25006", "57P01", "57P02", "57P03"}  # PostgreSQL: read-only (a failover), shutting down, starting up
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds between two tries


def is_trouble(error: BaseException) -> bool:
    """The database is away, locked or shutting down; the statement itself was not at fault."""
    if getattr(getattr(error, "orig", None), "sqlstate", None) in PASSING_STATES:
        return True
    if isinstance(error, OperationalError | InterfaceError):
        return getattr(error.orig, "sqlite_errorname", None) != "SQLITE_ERROR"  # no such table, no such column
    return isinstance(error, DBAPIError) and error.connection_invalidated


class StillTroubled(Exception):
    """The database did not answer within the given time."""


def until_through(work: Callable[[], T], *, what: str, patience: float | None = None) -> T:
    """Repeats `work` while the database is in trouble, for ever or for `patience` seconds.

    `work` is one whole unit of work whose statements check their own conditions, so that a commit whose answer
    was lost does no harm when it is repeated. Raises StillTroubled when the patience is over.
    """
    started, pause = time.monotonic(), FIRST_PAUSE
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not is_trouble(error):
                raise
            if patience is not None and time.monotonic() - started > patience:
                raise StillTroubled(what) from error
            log.warning("database in trouble, trying again", what=what, error=str(error.orig), pause=pause)
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
