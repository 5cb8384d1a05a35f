"""The table of states: every state has a way in and a way out, and final is final."""

import pytest

from core.errors import Conflict
from jobs import finish
from jobs.cancel import AlreadyEnded
from jobs.states import AT_REST, CELERY_NAMES, EDGES, FINAL, OPEN, JobState

FIRST = {JobState.WAITING, JobState.SCHEDULED, JobState.QUEUED}


def reachable(start: set[JobState]) -> set[JobState]:
    found, fresh = set(start), set(start)
    while fresh:
        fresh = {after for state in fresh for after in EDGES[state]} - found
        found |= fresh
    return found


def test_every_state_is_reached_from_where_a_job_begins() -> None:
    assert reachable(FIRST) == set(JobState)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_state_leads_to_an_end(state: JobState) -> None:
    assert reachable({state}) & FINAL


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_open_state_can_be_cancelled(state: JobState) -> None:
    assert JobState.CANCELLED in EDGES[state]


def test_final_is_final() -> None:
    assert {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED} == FINAL
    assert all(not EDGES[state] and state.final for state in FINAL)


def test_only_a_running_job_can_succeed() -> None:
    assert [state for state in JobState if JobState.SUCCEEDED in EDGES[state]] == [JobState.RUNNING]


def test_every_open_state_but_running_is_at_rest() -> None:
    assert {JobState.RUNNING} == OPEN - AT_REST


def test_every_state_has_a_name_in_celery() -> None:
    assert set(CELERY_NAMES) == set(JobState)
    assert {state.celery_name for state in FINAL} == {"SUCCESS", "FAILURE", "REVOKED"}


def test_an_ended_job_is_a_conflict_for_who_wants_to_end_it() -> None:
    assert issubclass(AlreadyEnded, Conflict)
    assert finish.LOST_LIMIT == 3
