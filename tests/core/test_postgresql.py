"""Connections that may have died, and time limits that strike while one of them waits for an answer."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from types import FrameType

import pytest
from sqlalchemy import Engine, create_engine, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from core import clock, postgresql
from core.db import reading, writing
from core.engine import dispose
from core.patience import is_trouble, until_through
from jobs.models import WorkerIncarnation
from tests.jobs.running import start_worker


class TimeLimit(Exception):
    """As one of Celery's, which a signal brings."""


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    def strike(_number: int, _frame: FrameType | None) -> None:
        raise TimeLimit

    before = signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def backend() -> int:
    with reading() as session:
        pid: int = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        return pid


def test_a_time_limit_that_strikes_while_a_connection_is_asked_reaches_the_job(postgresql_database: str) -> None:
    asked = backend()

    with frozen(asked), pytest.raises(TimeLimit), limited(0.2):
        backend()

    assert backend() != asked


@contextmanager
def within_a_savepoint() -> Iterator[Session]:
    with writing() as session, session.begin_nested():
        yield session


@pytest.mark.parametrize("session_of", [reading, writing, within_a_savepoint])
def test_a_time_limit_that_strikes_within_a_statement_is_no_trouble_of_the_database(
    postgresql_database: str, session_of: Callable[[], AbstractContextManager[Session]]
) -> None:
    used, tries = backend(), []

    def work() -> None:
        tries.append(1)
        with session_of() as session:
            session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": 5 if len(tries) == 1 else 0})

    with pytest.raises(TimeLimit), limited(0.2):
        until_through(work, what="a test")

    assert backend() != used


def test_what_fails_before_it_is_sent_leaves_the_transaction_as_it_was(postgresql_database: str) -> None:
    with writing() as session:
        used = session.scalar(text("SELECT pg_backend_pid()"))
        with suppress(ProgrammingError), session.begin_nested():
            session.execute(text("SELECT :value"), {"value": object()})

        assert session.scalar(text("SELECT pg_backend_pid()")) == used


def test_one_that_has_died_is_replaced_unnoticed(postgresql_database: str) -> None:
    died = backend()
    with create_engine(postgresql_database, poolclass=NullPool).begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": died})

    assert backend() != died


def test_a_row_that_a_process_which_stands_still_has_locked_is_free_before_its_worker_is_buried(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its host was switched off between two statements, and all dispatchers, who bury workers, waited for the row."""
    worker_id, overtaken = start_worker("w@host"), list[bool]()
    other = create_engine(postgresql_database, poolclass=NullPool)  # on which nothing is limited
    monkeypatch.setattr(postgresql, "STANDING_STILL", 1.0)
    dispose()

    with pytest.raises(DBAPIError) as late:
        overtaken_while_it_stands_still(worker_id, other, overtaken)

    assert overtaken
    assert is_trouble(late.value), "so that whoever goes on after all begins anew"


def overtaken_while_it_stands_still(worker_id: str, other: Engine, overtaken: list[bool]) -> None:
    seen = update(WorkerIncarnation).where(WorkerIncarnation.id == worker_id).values(seen_at=clock.now())
    with writing() as standing_still:
        standing_still.execute(seen)
        with other.begin() as connection:
            connection.execute(seen)
        overtaken.append(True)
        standing_still.execute(seen)
