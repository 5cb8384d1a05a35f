"""A writer waits for its turn, whatever keeps it; and the files are for nobody else."""

import os
import sqlite3
import time
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from core.engine import make_engine
from core.sqlite import _tried

BUSY_RECOVERY, FULL = 261, 13


class Refusing:
    """A connection whose every statement ends with one error."""

    def __init__(self, code: int) -> None:
        self._error = sqlite3.OperationalError("database is locked")
        self._error.sqlite_errorcode = code

    def execute(self, _statement: str, _values: object) -> None:
        raise self._error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, BUSY_RECOVERY])
def test_a_writer_waits_also_while_another_repairs_what_a_killed_one_left(code: int) -> None:
    assert not _tried(cast("sqlite3.Connection", Refusing(code)), ("BEGIN IMMEDIATE", ()))


def test_a_writer_does_not_wait_where_waiting_does_not_help() -> None:
    with pytest.raises(sqlite3.OperationalError):
        _tried(cast("sqlite3.Connection", Refusing(FULL)), ("BEGIN IMMEDIATE", ()))


def test_a_new_database_is_for_nobody_else_on_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "var" / "slipway.db"
    before = os.umask(0)
    try:
        engine = make_engine(f"sqlite:///{path}")
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (id INTEGER)"))
            modes = {one.name: one.stat().st_mode & 0o777 for one in [path.parent, *path.parent.iterdir()]}
        engine.dispose()
    finally:
        os.umask(before)
    assert modes == {"var": 0o700, "slipway.db": 0o600, "slipway.db-wal": 0o600, "slipway.db-shm": 0o600}


def test_two_processes_that_open_a_new_database_at_once_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself does not wait for a writer before it writes ahead: the other process could not start."""
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(time, "sleep", lambda _seconds: other.in_transaction and other.execute("ROLLBACK"))

    engine = make_engine(f"sqlite:///{tmp_path}/new.db")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"

    engine.dispose()
    other.close()
