"""The database: one engine a process, sessions that read, sessions that write, and patience.

SQLite (WAL) and PostgreSQL are both first class. A session that writes takes SQLite's write lock when it begins
(BEGIN IMMEDIATE), because a lock that is upgraded half-way cannot wait and fails at once.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, TypeVarTuple, cast

import orjson
import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    func,
    literal_column,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from core import clock, postgresql, sqlite
from core.settings import get_settings

log = structlog.get_logger(__name__)
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

BUSY_TIMEOUT = 5.0  # seconds SQLite waits for another writer before it says "database is locked"
PARENT_BUSY_TIMEOUT = 2.0  # a worker's main process must go on serving its children
PASSING_STATES = {"25006", "57P01", "57P02", "57P03"}  # PostgreSQL: read-only (a failover), shutting down, starting up
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds between two tries


AFTERWARDS = "afterwards"  # in a session's info: what is done once it is committed


class Base(DeclarativeBase):
    """Every table; migrations/ is tested to agree with it."""


def table_of(model: type[Base]) -> Table:
    """For statements that run for every job: made once and on the table, they cost a fifth of what they cost on the
    model, where each execution goes through the ORM."""
    return cast("Table", model.__table__)


def dump_json(value: object) -> str:
    return orjson.dumps(value).decode()


class _Process:
    """What belongs to one process and must not cross a fork."""

    engine: Engine | None = None
    being_made = threading.Lock()
    pooled = True
    fork_gate: "threading.RLock | None" = None


_process = _Process()


def _close_fork_gate() -> None:
    """SQLite notes in the process's memory which file locks it holds. A child that is forked while another thread
    holds one inherits the note without the lock, and finds the database locked for ever."""
    if _process.fork_gate is not None:
        _process.fork_gate.acquire()


def _open_fork_gate() -> None:
    if _process.fork_gate is not None:
        _process.fork_gate.release()


def _forget_after_fork() -> None:
    """A child must not touch its parent's connections: they are dropped without being closed."""
    if _process.engine is not None:
        _process.engine.dispose(close=False)
    _process.engine, _process.pooled, _process.fork_gate = None, True, None
    _process.being_made = threading.Lock()


os.register_at_fork(before=_close_fork_gate, after_in_parent=_open_fork_gate, after_in_child=_forget_after_fork)


def expect_forks() -> None:
    """For a process that forks at any time (a worker's main process): every session opens and closes its own
    connection, and no fork happens while one is open."""
    dispose()
    _process.pooled, _process.fork_gate = False, threading.RLock()


def no_fork_meanwhile() -> AbstractContextManager[object]:
    return _process.fork_gate or nullcontext()


def get_engine() -> Engine:
    """The same one for all threads: a second would keep connections that nobody closes."""
    if _process.engine is not None:
        return _process.engine
    with _process.being_made:
        if _process.engine is None:
            _process.engine = make_engine(get_settings().database_url, pooled=_process.pooled)
        return _process.engine


def connection_in_use() -> bool:
    """Some thread of this process is at the database; what can wait may take its connection afterwards."""
    pool = _process.engine.pool if _process.engine is not None else None
    return isinstance(pool, QueuePool) and pool.checkedout() > 0


def dispose() -> None:
    """Closes what is idle now, and what a thread still holds as soon as it comes back."""
    engine, _process.engine = _process.engine, None
    if engine is not None:
        event.listen(engine.pool, "checkin", _close_for_good)
        engine.dispose()


def _close_for_good(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.close()


def make_engine(url: str, *, pooled: bool = True) -> Engine:
    on_sqlite = url.startswith("sqlite")
    pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 40} if pooled else {"poolclass": NullPool}
    if not on_sqlite:
        pool |= {"connect_args": {"connect_timeout": 5}}
    # Without hide_parameters an error's text, and so the log, would hold the payload of the statement that failed.
    engine = create_engine(url, json_serializer=dump_json, json_deserializer=orjson.loads, hide_parameters=True, **pool)
    if on_sqlite:
        sqlite.prepare(engine, BUSY_TIMEOUT if pooled else PARENT_BUSY_TIMEOUT)
    else:
        postgresql.drop_what_is_broken_off(engine)
        if pooled:
            postgresql.ask_before_use(engine)
    return engine


def by_index(statement: Select[*Ts], table: type[Base] | Table, index: str) -> Select[*Ts]:
    """SQLite, which keeps no statistics, otherwise takes an index on equal values for better than a short partial one.
    It refuses the statement when it cannot go by `index`."""
    return statement.with_hint(table, f"INDEXED BY {index}", "sqlite")


def unindexed(column: Column[Any] | QueryableAttribute[Any]) -> ColumnElement[str]:
    """The text in `column`, for a condition on rows that are found by something better, such as their id.

    By the bare column a planner may take an index of it for as good: PostgreSQL does while it believes that few rows
    hold that text, and then walks through all that do, those that no longer do included.
    """
    return func.coalesce(column, literal_column("''"), type_=column.type)


@contextmanager
def reading() -> Iterator[Session]:
    """A session that sees one state of the database; nothing is written."""
    with no_fork_meanwhile(), Session(get_engine(), expire_on_commit=False) as session, session.begin():
        yield session


@lru_cache(maxsize=2)
def _to_write(engine: Engine, durable: bool) -> Engine:
    """Kept, since a new one finds out for its first statement who listens to what: 150 function calls."""
    return engine.execution_options(writing=True, durable=durable)


@contextmanager
def writing(*, durable: bool = False) -> Iterator[Session]:
    """A unit of work: committed when the block ends, rolled back when it raises.

    `durable` waits until the disk has it (SQLite's synchronous=FULL): where an answer to a client depends on it.
    PostgreSQL is always durable.
    """
    with no_fork_meanwhile(), Session(_to_write(get_engine(), durable), expire_on_commit=False) as session:
        with session.begin():
            yield session
        for work in session.info.get(AFTERWARDS, ()):
            work()


def once_committed(session: Session, work: Callable[[], None]) -> None:
    """Runs `work`, which raises nothing, when the unit of work is committed: once, however often it was asked for."""
    session.info.setdefault(AFTERWARDS, {})[work] = None


def changed(session: Session, statement: Any) -> int:
    """Runs an update or a delete and says how many rows it touched."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def database_now(session: Session) -> datetime:
    """The database's clock where hosts may differ (PostgreSQL); ours where there is one host (SQLite)."""
    if is_postgresql(session):
        return cast("datetime", session.scalar(text("SELECT clock_timestamp()")))
    return clock.now()


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
