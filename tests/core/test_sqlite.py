"""A writer waits for its turn, whatever keeps it."""

import sqlite3
from typing import cast

import pytest

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
