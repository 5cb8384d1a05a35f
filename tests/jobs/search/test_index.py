"""The index of texts follows what jobs say: in time, in batches, and whatever happens to a job meanwhile."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, text, update

from core import clock
from core.db import reading, writing
from core.engine import get_engine
from jobs.models import Job
from jobs.search import index
from jobs.search.index import index_texts
from jobs.search.texts import PART, JobText, JobTextMark, position_of
from tests.jobs.rows import make_job, make_jobs, statements
from tests.jobs.running import set_row
from tests.jobs.texts import counted, found, index_all, indexed_texts, said


def test_places_that_are_taken_are_passed_over(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "position_of", lambda job: position_of(job) // 1024 * 1024)
    ids = make_jobs(20, "succeeded", created_at=clock.now(), payload={"value": "same"})
    index_all()

    assert len(indexed_texts()) == 20
    assert set(found("same")) == set(ids)


def test_a_place_far_behind_many_that_are_taken_is_found_in_few_steps(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs of one batch are made in one moment, and there may be thousands."""
    first = 1_024 * 1_024
    stored = make_jobs(1_500, "succeeded")
    with writing() as session:
        session.execute(
            insert(JobText), [{"position": first + n, "job_id": one, "text": "-"} for n, one in enumerate(stored)]
        )
        session.execute(update(JobTextMark).values(at=clock.now(), job_id="z"))
    make_jobs(20, "succeeded", at=clock.now() + timedelta(seconds=1))
    monkeypatch.setattr(index, "position_of", lambda _: first)
    monkeypatch.setattr(index, "PUT_OFF", timedelta(seconds=-2))

    with statements() as told:
        index_texts()

    with reading() as session:
        positions = list(session.scalars(select(JobText.position).order_by(JobText.position)))
    assert positions == list(range(first, first + 1_520))
    assert len(told) < 20


def test_what_is_said_no_more_is_not_found(database: str) -> None:
    job_id = make_job("succeeded", result={"answer": "needle"})
    index_all()
    set_row(job_id, result=None)

    assert found("needle") == []


def test_a_job_that_is_deleted_leaves_the_index(database: str) -> None:
    said("needle")
    index_all()
    with writing() as session:
        session.execute(delete(Job))

    assert (indexed_texts(), found("needle"), counted("needle")) == ([], [], 0)
    if get_engine().dialect.name == "sqlite":
        with reading() as session:
            assert session.scalar(text("SELECT count(*) FROM job_texts_fts WHERE job_texts_fts MATCH 'nee'")) == 0


def test_texts_are_capped(database: str) -> None:
    make_job("succeeded", payload={"value": "x" * 10 * PART}, result={"value": "y" * 10 * PART})
    index_all()

    assert [len(text) for text in indexed_texts()] == [2 * PART + 1]


def test_the_index_waits_for_a_job_that_may_soon_end(database: str) -> None:
    job_id = said("needle")

    assert index_texts() is False
    assert indexed_texts() == []
    set_row(job_id, updated_at=clock.now() - index.PUT_OFF)
    index_texts()
    assert len(indexed_texts()) == 1


def test_of_many_changes_only_the_newest_are_put_off_and_none_that_has_not_settled_is_written(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search looks through the newest by itself, but not through all of a burst."""
    monkeypatch.setattr(index, "FEW", 2)
    now = clock.now()
    make_jobs(3, "queued", at=now - timedelta(seconds=6))
    make_jobs(2, "queued", at=now - timedelta(seconds=5))

    index_texts()
    assert len(indexed_texts()) == 3

    make_jobs(3, "queued", at=now)
    index_texts()
    assert len(indexed_texts()) == 5


def test_it_catches_up_batch_by_batch_from_where_it_was_and_writes_nothing_twice(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BATCH", 4)
    make_jobs(10, "succeeded", payload={"value": "burst"})
    with monkeypatch.context() as broken:
        broken.setattr(index, "_store", _die)
        with pytest.raises(_Killed):
            index_all()
    assert indexed_texts() == []

    assert index_all() == 3
    assert len(indexed_texts()) == 10
    assert index_all() == 1


def test_sqlites_lock_is_held_for_few_steps(sqlite_database: str) -> None:
    """A step for each row would give up the interpreter as often, and who writes meanwhile waits for all of them."""
    statements = list[str]()

    def note(*told: Any) -> None:
        _, _, statement, values, _, many = told
        statements.extend([statement] * (len(values) if many else 1))

    make_jobs(100, "succeeded", payload={"value": "first"})
    event.listen(get_engine(), "before_cursor_execute", note)
    index_all()
    with writing() as session:
        session.execute(update(Job).values(result={"value": "then"}, updated_at=clock.now()))
    index_all()

    event.remove(get_engine(), "before_cursor_execute", note)
    assert len(statements) < 40
    assert found("then")


class _Killed(Exception):
    """In the middle of the transaction."""


def _die(*_: object) -> None:
    raise _Killed


def test_of_two_that_do_the_same_batch_one_wins(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_jobs(30, "succeeded", payload={"value": "both"})
    monkeypatch.setattr(index, "PUT_OFF", timedelta(0))
    both_have_read = threading.Barrier(2)
    text_of = index.text_of

    def meet(row: object) -> str:
        if not both_have_read.broken and both_have_read.n_waiting < 2 and not met.is_set():
            both_have_read.wait(10)
            met.set()
        return text_of(row)  # type: ignore[arg-type]

    met = threading.Event()
    monkeypatch.setattr(index, "text_of", meet)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            index_texts()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(indexed_texts()) == 30


def test_a_job_deleted_between_reading_and_writing_does_no_harm(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, kept = said("gone"), said("kept")
    text_of = index.text_of

    def deleting(row: object) -> str:
        with writing() as session:
            session.execute(delete(Job).where(Job.id == gone))
        return text_of(row)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "text_of", deleting)
    index_all()

    assert found("kept") == [kept]
    assert len(indexed_texts()) == 1


def test_a_mark_that_is_lost_makes_the_index_anew(database: str) -> None:
    said("needle")
    index_all()
    with writing() as session:
        session.execute(update(JobTextMark).values(at=None, job_id=None))
        session.execute(delete(JobText))
        assert session.scalars(select(JobText)).all() == []
    index_all()

    assert len(indexed_texts()) == 1
