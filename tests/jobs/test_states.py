"""The table of states: every state has a way in and a way out, and final is final."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy.exc import DBAPIError

from core import clock
from core.db import writing
from core.errors import Conflict
from jobs import finish
from jobs.cancel import AlreadyEnded, cancel
from jobs.claim import NotClaimed, Superseded
from jobs.dispatch.rounds import take
from jobs.expiry import end_expired
from jobs.finish import Failure
from jobs.states import AT_REST, CELERY_NAMES, EDGES, FINAL, OPEN, ErrorKind, JobState
from tests.edges import REFUSAL, keep_to_the_edges
from tests.jobs.running import claimed, set_row
from tests.jobs_seen import submit_ping

FAILURE = Failure(class_name="Busy", message="later", kind=ErrorKind.TRANSIENT)
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


EVERY_WRITE: dict[str, Callable[[str], object]] = {
    "succeed": lambda one: finish.succeed(one, claimed(one).claim_id, 1),
    "fail": lambda one: finish.fail(one, claimed(one).claim_id, FAILURE),
    "end cancelled": lambda one: finish.end_cancelled(one, claimed(one).claim_id),
    "retry later": lambda one: finish.retry_later(one, claimed(one).claim_id, FAILURE, clock.now()),
    "give back": lambda one: finish.give_back(one, claimed(one).claim_id),
    "lose": lambda one: finish.lose(one, claimed(one).claim_id, "killed"),
    "continue later": lambda one: finish.continue_later(one, claimed(one).claim_id, 1),
    "cancel": lambda one: stop(one),
    "expire": lambda _one: end_expired(),
    "dispatch": lambda _one: take("a batch"),
}


@pytest.mark.parametrize("second", sorted(EVERY_WRITE))
@pytest.mark.parametrize("first", sorted(EVERY_WRITE))
def test_no_write_after_any_other_takes_a_job_where_no_edge_leads(
    sqlite_database: str, first: str, second: str
) -> None:
    job_id = submit_ping(due_at=clock.now())
    keep_to_the_edges()

    for write in (first, second, "expire"):
        with suppress(NotClaimed, AlreadyEnded, Superseded):
            EVERY_WRITE[write](job_id)
        set_row(job_id, expires_at=clock.now())


def stop(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="a test")


def test_a_write_that_keeps_to_no_edge_is_seen(database: str) -> None:
    keep_to_the_edges()
    job_id = submit_ping()

    with pytest.raises(DBAPIError, match=REFUSAL):
        set_row(job_id, state=JobState.SUCCEEDED)


def test_an_ended_job_is_a_conflict_for_who_wants_to_end_it() -> None:
    assert issubclass(AlreadyEnded, Conflict)
    assert finish.LOST_LIMIT == 3
