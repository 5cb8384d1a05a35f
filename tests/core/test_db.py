"""The database: sessions that write take their lock at once, times stay what they were."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db import database_now, reading, writing
from jobs.models import Job
from tests.jobs_seen import job_of, submit_ping

TOKYO = timezone(timedelta(hours=9))


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


def test_the_clock_of_the_database_is_near_ours(database: str) -> None:
    with reading() as session:
        theirs = database_now(session)

    assert abs(theirs.timestamp() - time.time()) < 5


@pytest.mark.parametrize("value", [7, 1.5, "7", "1e5", 2**60 + 1, True, None, [1], {"a": 1}], ids=repr)
def test_json_of_every_kind_comes_back_as_it_was(database: str, value: object) -> None:
    job_id = submit_ping()

    with writing() as session:
        session.get_one(Job, job_id).result = value

    assert job_of(job_id).result == value
