"""Troubles of the database are waited out; everything else is raised at once."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from core.db import reading, writing
from core.engine import make_engine
from core.patience import StillTroubled, is_trouble, until_through


def in_trouble() -> OperationalError:
    return OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))


class Work:
    """Fails as often as it is told, then answers."""

    def __init__(self, failures: int, error: Callable[[], Exception] = in_trouble) -> None:
        self.failures, self.error, self.calls = failures, error, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error()
        return "done"


def test_trouble_is_waited_out() -> None:
    work = Work(failures=2)

    assert until_through(work, what="a test") == "done"
    assert work.calls == 3


def test_patience_ends_with_an_error_that_names_the_work() -> None:
    with pytest.raises(StillTroubled, match="a test"):
        until_through(Work(failures=1_000), what="a test", patience=0.1)


def test_what_is_no_trouble_of_the_database_is_raised_at_once() -> None:
    work = Work(failures=1, error=lambda: IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE")))

    with pytest.raises(IntegrityError):
        until_through(work, what="a test")

    assert work.calls == 1


def test_a_statement_that_is_at_fault_itself_is_no_trouble(database: str) -> None:
    with pytest.raises(DBAPIError) as wrong, reading() as session:
        session.execute(text("SELECT * FROM no_such_table"))

    assert not is_trouble(wrong.value)


def test_a_lock_that_another_writer_holds_is_trouble(sqlite_database: str) -> None:
    impatient = make_engine(sqlite_database, busy_timeout=0.1).execution_options(writing=True)

    with writing() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError) as locked, impatient.begin():
            pytest.fail("two writers at once")

    assert is_trouble(locked.value)
