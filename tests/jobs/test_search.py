"""Text search: the same answers whether a job's text is in the index, is not in yet, or says what was true before."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text, update

from core import clock
from core.db import get_engine, reading, writing
from jobs import search, text_index
from jobs.models import Job
from jobs.queries import JobFilter, count_jobs, list_jobs
from jobs.states import JobState
from jobs.text_index import index_texts
from jobs.texts import PART, JobText, JobTextMark, position_of
from tests.jobs.rows import make_job, make_jobs, plans
from tests.jobs.running import set_row
from tests.jobs.texts import index_all, indexed_texts

TEXTS = ["an invoice for Ada", 'quoted "50% off" a\\b', "Größe: ÄRGER_1", "zzz", "an INVOICE again", "a/b %_ c"]


def found(q: str, **more: object) -> list[str]:
    """All pages, each of two."""
    jobs: list[Job] = []
    cursor = None
    while True:
        with reading() as session:
            page = list_jobs(session, JobFilter(q=q, **more), cursor=cursor, limit=2)  # type: ignore[arg-type]
        jobs += page.items
        if (cursor := page.next_cursor) is None:
            return [job.id for job in jobs]


def counted(q: str, most: int = 1000) -> int:
    with reading() as session:
        return count_jobs(session, JobFilter(q=q), most=most)


def said(value: str, **more: object) -> str:
    return make_job("succeeded", payload={"value": value}, **more)


@pytest.fixture(params=["indexed", "pending", "partly"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def settle(way: str, job_ids: list[str]) -> None:
    """Brings the index to where the test wants it."""
    if way != "pending":
        index_all()
    if way == "partly":
        set_row(job_ids[1], updated_at=clock.now() + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("q", "places"),
    [
        ("invoice", [4, 0]), ("INVOICE", [4, 0]), ('"50% off"', [1]), ("a\\b", [1]), ("Größe", [2]), ("_1", [2]),
        ("zz", [3]), ("z", [3]), ("%_", [5]), ("a/b", [5]), ("nothing like it", []), ("invxxx", []),
    ],
)  # fmt: skip
def test_what_is_found_does_not_depend_on_the_index(database: str, way: str, q: str, places: list[int]) -> None:
    begin = clock.now() - timedelta(hours=1)
    ids = [said(value, created_at=begin + timedelta(seconds=place)) for place, value in enumerate(TEXTS)]
    settle(way, ids)

    assert found(q) == [ids[place] for place in places]
    assert counted(q) == len(places)


def test_error_result_and_id_are_found_and_filters_narrow_it(database: str, way: str) -> None:
    good = make_job("succeeded", result={"answer": "needle"})
    bad = make_job("failed", error={"class_name": "E", "message": "needle", "kind": "permanent"}, queue="normal")
    settle(way, [good, bad])

    assert set(found("needle")) == {good, bad}
    assert found("needle", states=[JobState.FAILED]) == found("needle", queue="normal") == [bad]
    assert found(good) == [good]
    assert found(good, states=[JobState.FAILED]) == []


def test_where_few_jobs_are_left_by_the_other_filters_these_are_read_and_else_the_index(
    database: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = make_jobs(7, "succeeded", payload={"value": "common"}) + make_jobs(3, "failed", payload={"value": "common"})
    settle(way, ids)

    few = found("common", states=[JobState.SUCCEEDED])
    monkeypatch.setattr(search, "FEW", 1)

    assert set(few) == set(found("common", states=[JobState.SUCCEEDED])) == set(ids[:7])


def test_pages_hold_each_job_once_though_many_were_made_in_one_millisecond(database: str) -> None:
    moment = clock.now()
    ids = make_jobs(40, "succeeded", created_at=moment, payload={"value": "same"})
    index_all()

    listed = found("same")

    assert (len(listed), set(listed)) == (40, set(ids))


def test_jobs_that_are_not_in_the_index_yet_may_share_a_place_across_pages(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "position_of", lambda _: 7)
    ids = make_jobs(5, "succeeded", payload={"value": "same"})

    assert sorted(found("same")) == sorted(ids)


def test_places_that_are_taken_are_passed_over(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_index, "position_of", lambda job: position_of(job) // 1024 * 1024)
    ids = make_jobs(20, "succeeded", created_at=clock.now(), payload={"value": "same"})
    index_all()

    assert len(indexed_texts()) == 20
    assert set(found("same")) == set(ids)


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


def test_the_index_waits_until_what_changed_has_settled(database: str) -> None:
    job_id = said("needle")

    assert index_texts() is False
    assert indexed_texts() == []
    set_row(job_id, updated_at=clock.now() - text_index.SETTLED)
    index_texts()
    assert len(indexed_texts()) == 1


def test_it_catches_up_batch_by_batch_from_where_it_was_and_writes_nothing_twice(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_index, "BATCH", 4)
    make_jobs(10, "succeeded", payload={"value": "burst"})
    with monkeypatch.context() as broken:
        broken.setattr(text_index, "_store", _die)
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
    monkeypatch.setattr(text_index, "SETTLED", timedelta(0))
    both_have_read = threading.Barrier(2)
    text_of = text_index.text_of

    def meet(row: object) -> str:
        if not both_have_read.broken and both_have_read.n_waiting < 2 and not met.is_set():
            both_have_read.wait(10)
            met.set()
        return text_of(row)  # type: ignore[arg-type]

    met = threading.Event()
    monkeypatch.setattr(text_index, "text_of", meet)
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
    text_of = text_index.text_of

    def deleting(row: object) -> str:
        with writing() as session:
            session.execute(delete(Job).where(Job.id == gone))
        return text_of(row)  # type: ignore[arg-type]

    monkeypatch.setattr(text_index, "text_of", deleting)
    index_all()

    assert found("kept") == [kept]
    assert len(indexed_texts()) == 1


def test_the_texts_are_found_by_their_trigrams(sqlite_database: str) -> None:
    make_jobs(5, "succeeded", payload={"value": "common"})
    index_all()

    with plans() as lines:
        found("common")

    told = " | ".join(lines)
    assert "SCAN job_texts_fts VIRTUAL TABLE" in told
    assert "TEMP B-TREE" not in told.split("job_texts_fts")[1]


def test_without_the_extension_the_search_still_answers(postgresql_database: str) -> None:
    job_id = said("needle")
    index_all()
    with writing() as session:
        session.execute(text("DROP EXTENSION pg_trgm CASCADE"))

    assert found("needle") == [job_id]


def test_a_mark_that_is_lost_makes_the_index_anew(database: str) -> None:
    said("needle")
    index_all()
    with writing() as session:
        session.execute(update(JobTextMark).values(at=None, job_id=None))
        session.execute(delete(JobText))
        assert session.scalars(select(JobText)).all() == []
    index_all()

    assert len(indexed_texts()) == 1


def test_postgresql_plans_for_the_text_that_is_looked_for_and_for_nobody_else(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a plan for any text, one that is nowhere is looked for in all of them."""
    monkeypatch.setattr(search, "FEW", 0)
    job_id = said("an invoice")
    index_all()

    with reading() as session:
        page = list_jobs(session, JobFilter(q="invoice", states=[JobState.SUCCEEDED]), cursor=None, limit=2)
        during = session.scalar(text("SHOW plan_cache_mode"))
    with reading() as session:
        afterwards = session.scalar(text("SHOW plan_cache_mode"))

    assert ([job.id for job in page.items], during, afterwards) == ([job_id], "force_custom_plan", "auto")
