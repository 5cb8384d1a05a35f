"""What SQLite needs beside SQLAlchemy's own care: its settings, one BEGIN for readers and one for writers, patience."""

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, FromClause, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

SHORTEST_LOOK, LONGEST_LOOK = 0.0002, 0.005  # seconds between two looks whether another writer is through
# Of the log, before it is written back. With SQLite's own 1,000 it goes back every 45 jobs: mostly the same pages, and
# the disk is waited for twice. As many as one page of the log's index holds.
PAGES_AHEAD = 4_000
PATIENCE = "patience"  # in a connection's info: seconds that it waits for other writers
BEGIN = "BEGIN IMMEDIATE"
PRIMARY_CODE = 0xFF  # the rest of an extended code tells why: https://www.sqlite.org/rescode.html

Step = tuple[str, Sequence[Any] | Mapping[str, Any]]  # a statement, and its values
WAL: Step = ("PRAGMA journal_mode = WAL", ())  # of a new file, SQLite refuses it at once while somebody writes


class _HintingCompiler(SQLiteCompiler):
    """SQLAlchemy leaves out what `with_hint` says to SQLite."""

    def get_from_hint_text(self, _table: FromClause, text: str | None) -> str | None:
        return text


def prepare(engine: Engine, busy_timeout: float) -> None:
    """Every new connection of `engine` is as we want it; a writer waits `busy_timeout` seconds for others."""
    engine.dialect.statement_compiler = _HintingCompiler
    # Many rows in one statement: each step of a statement gives up the interpreter, and a busy thread keeps it then.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    if engine.url.database:
        _make_private(Path(engine.url.database))

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[PATIENCE] = busy_timeout
        connection.isolation_level = None  # we say BEGIN ourselves
        _in_turn(connection, busy_timeout, WAL)
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA wal_autocheckpoint = {PAGES_AHEAD}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writing"):
            _begin_writing(connection, durable=options.get("durable", False), patience=busy_timeout)
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection, *, durable: bool, patience: float) -> None:
    raw = connection.connection.dbapi_connection
    _synchronous(raw, connection.info, "FULL" if durable else "NORMAL")
    if not _begun(raw, patience):
        connection.exec_driver_sql(BEGIN)  # most likely it fails, as SQLAlchemy's error


def begin_writing(raw: Any, info: dict[str, Any]) -> None:
    """For whoever has the driver's own connection, of which `info` is the pool's. Raises the driver's errors."""
    _synchronous(raw, info, "NORMAL")
    _in_turn(raw, info[PATIENCE], (BEGIN, ()))


def write_durably(raw: Any, info: dict[str, Any], steps: Sequence[Step]) -> None:
    """All of them or none, on disk when it returns. One alone is a transaction. Raises the driver's errors."""
    _synchronous(raw, info, "FULL")
    if len(steps) == 1:
        _in_turn(raw, info[PATIENCE], steps[0])
        return
    _in_turn(raw, info[PATIENCE], (BEGIN, ()))
    for statement, values in steps:
        raw.execute(statement, values)
    raw.execute("COMMIT")


def _in_turn(raw: Any, patience: float, step: Step) -> None:
    if not _done(raw, patience, step):
        raw.execute(*step)


def _make_private(path: Path) -> None:
    """What jobs were given and answered is for nobody else on this machine. SQLite's other files get the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _synchronous(raw: Any, info: dict[str, Any], wanted: str) -> None:
    """It holds for the connection until it is changed."""
    if info.get("synchronous") != wanted:
        raw.execute(f"PRAGMA synchronous = {wanted}")
        info["synchronous"] = wanted


def _begun(raw: Any, patience: float) -> bool:
    """What else may be wrong is told by whoever looks on."""
    with suppress(sqlite3.OperationalError):
        return _done(raw, patience, (BEGIN, ()))
    return False


def _done(raw: Any, patience: float, step: Step) -> bool:
    """SQLite's own waiting sleeps for up to 100 ms at a time while others take the lock: we look more often."""
    deadline, pause = time.monotonic() + patience, SHORTEST_LOOK
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        while not (done := _tried(raw, step)) and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK)
        return done
    finally:
        raw.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")


def _tried(raw: sqlite3.Connection, step: Step) -> bool:
    try:
        raw.execute(*step)
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise
        return False
    return True


def is_busy(error: Exception) -> bool:
    """Another writer is at it, or repairs what a killed one left."""
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE == sqlite3.SQLITE_BUSY
