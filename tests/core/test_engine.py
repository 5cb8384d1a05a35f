"""One engine a process: forks do not inherit it, threads share it."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.pool import QueuePool

from core import engine
from core.db import reading, writing
from tests.jobs_seen import job_of, submit_ping


def test_a_fork_forgets_the_engine_of_its_parent_and_leaves_it_usable(database: str) -> None:
    job_id = submit_ping()
    parents = engine.get_engine()

    child = os.fork()
    if child == 0:
        ours = engine.get_engine()
        os._exit(0 if ours is not parents and job_of(job_id).id == job_id else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert engine.get_engine() is parents
    assert job_of(job_id).id == job_id


@pytest.fixture
def forks(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is as a worker's main process."""
    monkeypatch.setattr(engine._process, "fork_gate", None)
    engine.expect_forks()
    yield
    engine.dispose()


def resting() -> int:
    pool = engine.get_engine().pool
    assert isinstance(pool, QueuePool)
    return pool.checkedin()


@pytest.mark.usefixtures("forks")
def test_a_process_that_forks_keeps_its_connection_until_it_does() -> None:
    job_id = submit_ping()
    kept = resting()

    child = os.fork()
    if child == 0:
        os._exit(0 if job_of(job_id).id == job_id else 1)
    _, status = os.waitpid(child, 0)

    assert (kept, resting()) == (1, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert job_of(job_id).id == job_id


@pytest.mark.usefixtures("forks")
def test_a_fork_waits_until_no_session_is_open() -> None:
    """SQLite notes in memory which locks it holds; a child forked meanwhile would find the database locked for ever."""
    inside, leave = threading.Event(), threading.Event()

    def hold_a_transaction() -> None:
        with writing():
            inside.set()
            leave.wait(10)

    holder = threading.Thread(target=hold_a_transaction)
    holder.start()
    inside.wait(10)
    threading.Timer(0.3, leave.set).start()
    child = os.fork()
    if child == 0:
        os._exit(0 if leave.is_set() and submit_ping() else 1)
    _, status = os.waitpid(child, 0)
    holder.join()

    assert os.waitstatus_to_exitcode(status) == 0


def test_a_thread_knows_whether_it_uses_a_connection_just_now(database: str) -> None:
    assert not engine.connection_in_use()
    with reading() as session:
        session.execute(text("SELECT 1"))
        assert engine.connection_in_use()
    assert not engine.connection_in_use()


def test_a_connection_that_a_thread_still_holds_is_closed_when_it_comes_back(database: str) -> None:
    with reading() as session:
        held = session.connection().connection.dbapi_connection
        assert held is not None
        engine.dispose()
        session.execute(text("SELECT 1"))

    with pytest.raises((psycopg.OperationalError, sqlite3.ProgrammingError), match="closed"):
        held.cursor()


def test_threads_that_begin_together_share_one_engine(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.dispose()
    both_are_there = threading.Barrier(2)
    make_engine = engine.make_engine

    def slowly(url: str, **options: bool) -> Engine:
        with suppress(threading.BrokenBarrierError):
            both_are_there.wait(0.5)
        return make_engine(url, **options)

    monkeypatch.setattr(engine, "make_engine", slowly)
    with ThreadPoolExecutor(2) as threads:
        engines = [one.result() for one in [threads.submit(engine.get_engine) for _ in range(2)]]

    assert engines[0] is engines[1]
