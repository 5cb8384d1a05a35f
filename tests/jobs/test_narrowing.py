"""By which index a list is read: what leaves few jobs leads, and a number of states never sorts the whole table."""

import pytest

from core.db import reading
from jobs import narrowing
from jobs.models import Job
from jobs.queries import JobFilter, count_jobs, list_jobs
from jobs.states import JobState
from tests.jobs.rows import analyse, make_job, make_jobs, plans


def listed(**wanted: object) -> list[str]:
    with reading() as session:
        page = list_jobs(session, JobFilter(**wanted), cursor=None, limit=50)  # type: ignore[arg-type]
        return sorted(job.id for job in page.items)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrowing, "FEW", 2)


@pytest.mark.parametrize(
    ("states", "project", "found"),
    [
        ([JobState.RUNNING], "big", 1),
        ([JobState.RUNNING, JobState.QUEUED], "big", 2),
        ([JobState.SUCCEEDED], "big", 6),
        ([JobState.SUCCEEDED], "small", 1),
        ([JobState.SUCCEEDED, JobState.FAILED], "big", 9),
        ([JobState.CANCELLED], "big", 0),
    ],
)
def test_the_answer_is_the_same_whatever_leads(database: str, states: list[JobState], project: str, found: int) -> None:
    for state, number in (("succeeded", 6), ("failed", 3), ("running", 1), ("queued", 1)):
        make_jobs(number, state, project_id="big")
    make_job("succeeded", project_id="small")
    make_job("succeeded")

    assert len(listed(states=states, project_id=project)) == found
    with reading() as session:
        assert count_jobs(session, JobFilter(states=states, project_id=project), most=100) == found


def test_a_rare_state_leads_before_a_common_task(sqlite_database: str) -> None:
    make_jobs(5, "succeeded")
    make_job("running")

    with plans() as lines:
        listed(states=[JobState.RUNNING], task="ping")

    assert "ix_jobs_state" in lines[-1]


def test_failures_are_found_without_reading_other_jobs_of_a_common_project(sqlite_database: str) -> None:
    """Although statistics say that a project has fewer jobs than a state."""
    for project in ("acme", *"abcdefghijklmnop"):
        for state in ("succeeded", "failed"):
            make_jobs(5, state, project_id=project)
    analyse()

    with plans() as lines:
        assert len(listed(states=[JobState.FAILED], task="ping", project_id="acme")) == 5
    assert "ix_jobs_state (state=?)" in lines[-1]


def test_the_index_of_states_holds_what_a_list_may_be_narrowed_to(sqlite_database: str) -> None:
    """Else a row would be read for each of its entries."""
    held = next(index for index in Job.__table__.indexes if index.name == "ix_jobs_state")  # type: ignore[attr-defined]

    assert {"task", "queue", "project_id"} <= set(held.columns.keys())


def test_common_states_are_not_sorted_together(sqlite_database: str) -> None:
    for state in ("succeeded", "failed"):
        make_jobs(5, state)

    with plans() as lines:
        listed(states=[JobState.SUCCEEDED, JobState.FAILED])

    assert lines[-1] == "SCAN jobs USING INDEX ix_jobs_created"


@pytest.mark.parametrize("link", ["parent_id", "retry_of"])
def test_that_most_jobs_have_no_parent_misleads_no_statistics(sqlite_database: str, link: str) -> None:
    make_jobs(200, "succeeded")
    analyse()

    with plans() as lines:
        assert listed(**{link: "nobody"}) == []

    assert link.removesuffix("_id") in lines[0]
