"""The way to the database: one engine a process, which no fork may cross."""

import os
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from core import postgresql, sqlite
from core.settings import get_settings

BUSY_TIMEOUT = 5.0  # seconds SQLite waits for another writer before it says "database is locked"
PARENT_BUSY_TIMEOUT = 2.0  # a worker's main process must go on serving its children


def dump_json(value: object) -> str:
    return orjson.dumps(value).decode()


class _Process:
    """What belongs to one process and must not cross a fork."""

    engine: Engine | None = None
    being_made = threading.Lock()
    fork_gate: "threading.RLock | None" = None


_process = _Process()


def _close_fork_gate() -> None:
    """SQLite notes in the process's memory which file locks it holds. A child that is forked while another thread
    holds one inherits the note without the lock, and finds the database locked for ever. What rests is closed, so that
    no child has a hold on it."""
    if _process.fork_gate is not None:
        _process.fork_gate.acquire()
        if _process.engine is not None:
            _process.engine.dispose()


def _open_fork_gate() -> None:
    if _process.fork_gate is not None:
        _process.fork_gate.release()


def _forget_after_fork() -> None:
    """A child must not touch its parent's connections: they are dropped without being closed."""
    if _process.engine is not None:
        _process.engine.dispose(close=False)
    _process.engine, _process.fork_gate = None, None
    _process.being_made = threading.Lock()


os.register_at_fork(before=_close_fork_gate, after_in_parent=_open_fork_gate, after_in_child=_forget_after_fork)


def expect_forks() -> None:
    """For a process that forks at any time (a worker's main process): no fork happens while a session is open, and
    every fork closes its connections."""
    dispose()
    _process.fork_gate = threading.RLock()


def no_fork_meanwhile() -> AbstractContextManager[object]:
    return _process.fork_gate or nullcontext()


def get_engine() -> Engine:
    """The same one for all threads: a second would keep connections that nobody closes."""
    if _process.engine is not None:
        return _process.engine
    with _process.being_made:
        if _process.engine is None:
            patience = BUSY_TIMEOUT if _process.fork_gate is None else PARENT_BUSY_TIMEOUT
            _process.engine = make_engine(get_settings().database_url, busy_timeout=patience)
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


def make_engine(url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> Engine:
    on_sqlite = url.startswith("sqlite")
    pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 40}
    if not on_sqlite:
        pool |= {"connect_args": {"connect_timeout": 5}}
    # Without hide_parameters an error's text, and so the log, would hold the payload of the statement that failed.
    engine = create_engine(url, json_serializer=dump_json, json_deserializer=orjson.loads, hide_parameters=True, **pool)
    if on_sqlite:
        sqlite.prepare(engine, busy_timeout)
    else:
        postgresql.drop_what_is_broken_off(engine)
        postgresql.ask_before_use(engine)
        postgresql.let_no_transaction_stand_still(engine)
    return engine
