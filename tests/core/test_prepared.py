"""Writes that every job needs: the row and what belongs to it, together or not at all, whatever goes wrong."""

from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import NullPool

from core import engine
from core.db import reading, writing
from core.patience import is_trouble, until_through
from core.prepared import PreparedRead
from jobs.states import JobState
from tests.core.beginning import RUN, jobs, run
from tests.jobs.running import set_row
from tests.jobs_seen import attempts_of, job_of, submit_ping


@pytest.fixture
def locked(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """By another writer."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    with writing() as session:
        session.execute(text("SELECT 1"))
        yield


def test_the_row_and_what_belongs_to_it_are_written(database: str) -> None:
    job_id = submit_ping(value="näh")

    row = RUN.run({"job_id": job_id, "claim": "c", "found": {"a": [1, None]}})

    assert (row.id, row.payload["value"], row.continues, row.result) == (job_id, "näh", False, {"a": [1, None]})
    job = job_of(job_id)
    assert (job.state, job.result) == (JobState.RUNNING, {"a": [1, None]})
    assert [(one.claim_id, one.started_at) for one in attempts_of(job_id)] == [("c", job.created_at)]
    assert row.created_at == job.created_at


def test_where_the_condition_does_not_hold_nothing_is_written(database: str) -> None:
    job_id = submit_ping()
    set_row(job_id, state=JobState.CANCELLED)

    assert run(job_id) is None

    assert attempts_of(job_id) == []


def test_without_what_belongs_to_it_the_row_is_not_written_either(database: str) -> None:
    taken, job_id = submit_ping(), submit_ping()
    run(taken, "the same")

    with pytest.raises(IntegrityError):
        run(job_id, "the same")

    assert job_of(job_id).state == JobState.QUEUED
    assert run(job_id) is not None


def test_an_error_shows_no_values(database: str) -> None:
    taken, job_id = submit_ping(), submit_ping()
    run(taken, "the same")

    with pytest.raises(IntegrityError) as caught:
        run(job_id, "the same", found="hunter2")

    assert "hunter2" not in str(caught.value)


def test_a_database_that_is_locked_is_trouble_that_passes(locked: None) -> None:
    with pytest.raises(OperationalError) as caught:
        run("any")

    assert is_trouble(caught.value)


def test_a_connection_that_has_died_just_now_is_trouble_that_passes(postgresql_database: str) -> None:
    """Nobody asks it before so short a write."""
    job_id = submit_ping()
    with reading() as session:
        own = session.scalar(text("SELECT pg_backend_pid()"))
    with create_engine(postgresql_database, poolclass=NullPool).begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
    tries = []

    def once_more() -> object:
        tries.append(1)
        return run(job_id)

    assert until_through(once_more, what="a test") is not None
    assert len(tries) == 2


def test_what_fails_in_the_middle_leaves_nothing_half_done(database: str) -> None:
    job_id = submit_ping()
    with pytest.raises(DBAPIError):
        RUN.run({"job_id": job_id, "claim": object(), "found": None})

    assert job_of(job_id).state == JobState.QUEUED
    assert run(job_id) is not None


def test_no_server_is_sqlalchemys_error(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = engine.make_engine("postgresql+psycopg://slipway:x@127.0.0.1:1/none")
    monkeypatch.setattr("core.prepared.get_engine", lambda: nobody)

    with pytest.raises(DBAPIError) as caught:
        run("any")

    assert is_trouble(caught.value)


LOOK = PreparedRead(select(jobs.c.id, jobs.c.payload, jobs.c.created_at).where(jobs.c.task == bindparam("task")))


def test_a_read_sees_what_is_committed_and_leaves_no_transaction_behind(database: str) -> None:
    assert LOOK.run({"task": "ping"}) is None
    job_id = submit_ping(value="näh")

    row = LOOK.run({"task": "ping"})

    assert (row.id, row.payload["value"], row.created_at) == (job_id, "näh", job_of(job_id).created_at)
    set_row(job_id, task="other")  # with the same connection
    assert LOOK.run({"task": "ping"}) is None
    assert LOOK.run({"task": "other"}).id == job_id


def test_a_connection_that_has_died_is_asked_before_a_read(postgresql_database: str) -> None:
    job_id = submit_ping()
    assert LOOK.run({"task": "ping"}).id == job_id
    with create_engine(postgresql_database, poolclass=NullPool).begin() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))

    assert LOOK.run({"task": "ping"}).id == job_id
