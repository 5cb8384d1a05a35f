"""The database: sessions that write take their lock at once, troubles are waited out, times stay what they were."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from core import db
from core.db import StillTroubled, reading, until_through, writing
from jobs.models import Job
from tests.jobs_seen import job_of, submit_ping

TOKYO = timezone(timedelta(hours=9))


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

    assert not db.is_trouble(wrong.value)


def test_a_lock_that_another_writer_holds_is_trouble(sqlite_database: str) -> None:
    impatient = db.make_engine(sqlite_database, pooled=False).execution_options(writing=True)

    with writing() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError) as locked, impatient.begin():
            pytest.fail("two writers at once")

    assert db.is_trouble(locked.value)


@pytest.mark.parametrize("zone", [UTC, TOKYO], ids=["UTC", "Tokyo"])
def test_a_time_comes_back_as_the_same_moment_in_utc(database: str, zone: timezone) -> None:
    due_at = datetime(2999, 5, 6, 7, 8, 9, 123456, zone)

    stored = job_of(submit_ping(due_at=due_at)).due_at

    assert stored == due_at
    assert stored.tzinfo is UTC


def test_a_time_is_utc_also_when_the_server_lives_elsewhere(postgresql_database: str) -> None:
    job_id = submit_ping()

    with reading() as session:
        session.execute(text("SET LOCAL TIME ZONE 'Asia/Tokyo'"))
        created_at = session.get_one(Job, job_id).created_at

    assert created_at.tzinfo is UTC


def test_times_compare_in_queries_whatever_their_zone(database: str) -> None:
    job_id = submit_ping()
    earlier = (datetime.now(UTC) - timedelta(minutes=1)).astimezone(TOKYO)

    with reading() as session:
        found = session.query(Job.id).filter(Job.created_at > earlier).all()

    assert found == [(job_id,)]


def test_a_session_that_writes_has_the_lock_before_its_first_write(sqlite_database: str) -> None:
    """An upgrade half-way would fail at once with "database is locked", without any waiting."""
    order: list[str] = []

    def second() -> None:
        with writing() as session:
            session.execute(text("SELECT 1"))
            order.append("second has it")

    with writing() as session:
        session.execute(text("SELECT 1"))
        other = threading.Thread(target=second)
        other.start()
        other.join(0.2)
        order.append("first ends")
    other.join()

    assert order == ["first ends", "second has it"]


def test_readers_are_not_held_up_by_a_writer(database: str) -> None:
    job_id = submit_ping()

    with writing() as session:
        session.execute(text("UPDATE jobs SET worker = 'somebody'"))
        seen = job_of(job_id).worker

    assert seen is None


def test_a_block_that_raises_leaves_nothing(database: str) -> None:
    job_id = submit_ping()

    with suppress(ZeroDivisionError), writing() as session:
        session.execute(text("UPDATE jobs SET worker = 'somebody'"))
        raise ZeroDivisionError

    assert job_of(job_id).worker is None


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)], ids=["FULL", "NORMAL"])
def test_sqlite_waits_for_the_disk_only_where_an_answer_depends_on_it(
    sqlite_database: str, durable: bool, level: int
) -> None:
    with writing(durable=durable) as session:
        synchronous = session.execute(text("PRAGMA synchronous")).scalar()

    assert synchronous == level


def test_sqlite_refuses_a_reference_to_nothing(sqlite_database: str) -> None:
    with pytest.raises(IntegrityError), writing() as session:
        session.execute(
            text("INSERT INTO job_notes (id, job_id, at, kind) VALUES ('1', 'nobody', CURRENT_TIMESTAMP, 'step')")
        )


def test_an_error_of_the_database_does_not_tell_the_values(database: str) -> None:
    job_id = submit_ping(value="a secret")

    with pytest.raises(IntegrityError) as refused, writing() as session:
        copy_job(session, job_id)

    assert "a secret" not in str(refused.value)


def copy_job(session: Session, job_id: str) -> None:
    job = session.get_one(Job, job_id)
    values = {column.key: getattr(job, column.key) for column in Job.__table__.columns}
    session.execute(Job.__table__.insert().values(**values))


def test_a_fork_forgets_the_engine_of_its_parent_and_leaves_it_usable(database: str) -> None:
    job_id = submit_ping()
    parents = db.get_engine()

    child = os.fork()
    if child == 0:
        ours = db.get_engine()
        os._exit(0 if ours is not parents and job_of(job_id).id == job_id else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert db.get_engine() is parents
    assert job_of(job_id).id == job_id


def test_a_process_that_forks_at_any_time_keeps_no_connection(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db._process, "pooled", True)
    monkeypatch.setattr(db._process, "fork_gate", None)
    db.expect_forks()

    job_of(submit_ping())

    assert db.get_engine().pool.status().startswith("NullPool")


def test_a_fork_waits_until_no_session_is_open(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite notes in memory which locks it holds; a child forked meanwhile would find the database locked for ever."""
    monkeypatch.setattr(db._process, "pooled", True)
    monkeypatch.setattr(db._process, "fork_gate", None)
    db.expect_forks()
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


def test_the_clock_of_the_database_is_near_ours(database: str) -> None:
    with reading() as session:
        theirs = db.database_now(session)

    assert abs(theirs.timestamp() - time.time()) < 5


@pytest.mark.parametrize("value", [7, 1.5, "7", "1e5", 2**60 + 1, True, None, [1], {"a": 1}], ids=repr)
def test_json_of_every_kind_comes_back_as_it_was(database: str, value: object) -> None:
    job_id = submit_ping()

    with writing() as session:
        session.get_one(Job, job_id).result = value

    assert job_of(job_id).result == value


def test_a_thread_knows_whether_it_uses_a_connection_just_now(database: str) -> None:
    assert not db.connection_in_use()
    with reading() as session:
        session.execute(text("SELECT 1"))
        assert db.connection_in_use()
    assert not db.connection_in_use()


def test_a_connection_that_a_thread_still_holds_is_closed_when_it_comes_back(database: str) -> None:
    with reading() as session:
        held = session.connection().connection.dbapi_connection
        assert held is not None
        db.dispose()
        session.execute(text("SELECT 1"))

    with pytest.raises((psycopg.OperationalError, sqlite3.ProgrammingError), match="closed"):
        held.cursor()


def test_threads_that_begin_together_share_one_engine(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    db.dispose()
    both_are_there = threading.Barrier(2)
    make_engine = db.make_engine

    def slowly(url: str, **options: bool) -> Engine:
        with suppress(threading.BrokenBarrierError):
            both_are_there.wait(0.5)
        return make_engine(url, **options)

    monkeypatch.setattr(db, "make_engine", slowly)
    with ThreadPoolExecutor(2) as threads:
        engines = [one.result() for one in [threads.submit(db.get_engine) for _ in range(2)]]

    assert engines[0] is engines[1]
