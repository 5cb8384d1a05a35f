"""A connection that may have died is asked before it is used."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from sqlalchemy import text

from core.db import make_engine, reading


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


def test_one_that_has_died_is_replaced_unnoticed(postgresql_database: str) -> None:
    died = backend()
    with make_engine(postgresql_database, pooled=False).begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": died})

    assert backend() != died
