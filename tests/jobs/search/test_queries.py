"""Text search: the same answers whether a job's text is in the index, is not in yet, or says what was true before."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text

from core import clock
from core.db import reading, writing
from jobs.listed import LONGEST
from jobs.queries import JobFilter, list_jobs
from jobs.search import queries
from jobs.states import JobState
from tests.jobs.rows import make_job, make_jobs, plans
from tests.jobs.running import set_row
from tests.jobs.texts import counted, found, index_all, said

TEXTS = ["an invoice for Ada", 'quoted "50% off" a\\b', "Größe: ÄRGER_1", "zzz", "an INVOICE again", "a/b %_ c"]


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


@pytest.mark.parametrize("more", [{}, {"states": [JobState.SUCCEEDED]}], ids=["all", "few"])
def test_no_job_that_is_found_keeps_its_payload_or_result_in_memory(
    database: str, way: str, more: dict[str, Any]
) -> None:
    """A page of them may be gigabytes; those that are long are looked through as well."""
    ids = [said(f"needle {length * 'x'}") for length in (1, LONGEST)]
    settle(way, ids)
    with reading() as session:
        page = list_jobs(session, JobFilter(q="needle", **more), cursor=None, limit=10)
        unread = [inspect(job).unloaded >= {"payload", "result"} for job in page.items]
    assert ({job.id for job in page.items}, unread) == ({*ids}, [True, True])


def test_where_few_jobs_are_left_by_the_other_filters_these_are_read_and_else_the_index(
    database: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = make_jobs(7, "succeeded", payload={"value": "common"}) + make_jobs(3, "failed", payload={"value": "common"})
    settle(way, ids)

    few = found("common", states=[JobState.SUCCEEDED])
    monkeypatch.setattr(queries, "FEW", 1)

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
    monkeypatch.setattr(queries, "position_of", lambda _: 7)
    ids = make_jobs(5, "succeeded", payload={"value": "same"})

    assert sorted(found("same")) == sorted(ids)


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


def test_postgresql_plans_for_the_text_that_is_looked_for_and_for_nobody_else(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a plan for any text, one that is nowhere is looked for in all of them."""
    monkeypatch.setattr(queries, "FEW", 0)
    job_id = said("an invoice")
    index_all()

    with reading() as session:
        page = list_jobs(session, JobFilter(q="invoice", states=[JobState.SUCCEEDED]), cursor=None, limit=2)
        during = session.scalar(text("SHOW plan_cache_mode"))
    with reading() as session:
        afterwards = session.scalar(text("SHOW plan_cache_mode"))

    assert ([job.id for job in page.items], during, afterwards) == ([job_id], "force_custom_plan", "auto")
