"""What PostgreSQL needs beside SQLAlchemy's own care: a connection that may have died is asked before it is used, one
on which a statement was broken off is not used again, and one that stands still within a transaction is given up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

RESTED = 1.0  # seconds idle, after which everybody asks
STANDING_STILL = 30.0  # seconds within a transaction; less than after which a silent worker is taken for dead
RESTS_SINCE = "rests since"  # in a connection's info

_unasked: ContextVar[bool] = ContextVar("unasked", default=False)


@contextmanager
def unasked() -> Iterator[None]:
    """For the shortest of all writes, which takes no longer than the question."""
    before = _unasked.set(True)
    try:
        yield
    finally:
        _unasked.reset(before)


def ask_before_use(engine: Engine) -> None:
    """As SQLAlchemy's `pool_pre_ping`, but for those who need no answer."""

    @event.listens_for(engine, "checkin")
    def note(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[RESTS_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        since = record.info.get(RESTS_SINCE)
        if since is None or (_unasked.get() and time.monotonic() - since < RESTED):
            return  # it is new, or was used just now
        if not _lives(engine, connection):
            raise DisconnectionError  # the pool makes another


def let_no_transaction_stand_still(engine: Engine) -> None:
    """A process that is frozen between two statements, or whose host is switched off, would keep its rows locked, for
    hours if nobody tells the server. Whoever is to bury its worker would wait for them, and with it every dispatcher.
    """

    @event.listens_for(engine, "connect")
    def limit(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        raw: Any = connection
        raw.autocommit = True
        raw.execute(f"SET idle_in_transaction_session_timeout = {round(STANDING_STILL * 1000)}")
        raw.autocommit = False


def drop_what_is_broken_off(engine: Engine) -> None:
    """A time limit may strike within a statement. Its connection still waits for the answer: to roll back on it fails,
    and that error, which looks like a database in trouble, would take the limit's place."""

    @event.listens_for(engine, "handle_error")
    def drop(context: ExceptionContext) -> None:
        if context.connection is not None and _waits(context.connection):
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False


def _waits(connection: Connection) -> bool:
    """For an answer."""
    if connection.closed or connection.invalidated:
        return False
    raw: Any = connection.connection.dbapi_connection
    return bool(raw.info.transaction_status.name == "ACTIVE")


def _lives(engine: Engine, connection: Any) -> bool:
    """Not by SQLAlchemy's `do_ping`: when a time limit strikes meanwhile, it fails to set autocommit back, and the
    error of that takes the limit's place."""
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = False
    except engine.dialect.loaded_dbapi.Error:
        return False
    return True
