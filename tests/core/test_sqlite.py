"""A writer waits for its turn, whatever keeps it; and the files are for nobody else."""

import os
import sqlite3
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from core.db import make_engine
from core.sqlite import _has_begun

BUSY_RECOVERY, FULL = 261, 13


class Refusing:
    """A connection whose every statement ends with one error."""

    def __init__(self, code: int) -> None:
        self._error = sqlite3.OperationalError("database is locked")
        self._error.sqlite_errorcode = code

    def execute(self, _statement: str) -> None:
        raise self._error


@pytest.mark.parametrize(("code", "goes_on"), [(sqlite3.SQLITE_BUSY, False), (BUSY_RECOVERY, False), (FULL, True)])
def test_a_writer_waits_also_while_another_repairs_what_a_killed_one_left(code: int, goes_on: bool) -> None:
    assert _has_begun(cast("sqlite3.Connection", Refusing(code))) is goes_on


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
