"""A message that the broker gave up on becomes a row, and ends its job only if it is the dispatch in force."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading
from jobs import finish
from jobs.dead_letters.ending import REDRIVE_CAP, REDRIVE_EVERY
from jobs.dead_letters.intake import take_in
from jobs.dead_letters.messages import read
from jobs.dispatch.message import DISPATCH_HEADER
from jobs.dispatch.rounds import take
from jobs.models import JobNote
from jobs.states import JobState
from tests.jobs.dead_letters.dead_messages import REJECTED, foreign, given_up_on, message
from tests.jobs.dead_letters.letters import fail, failure, letter_of, letters, set_letter, succeed
from tests.jobs.running import claimed, set_row
from tests.jobs_seen import attempts_of, job_of, submit_ping
from tests.nested import nested


def notes_of(job_id: str) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(JobNote.kind).where(JobNote.job_id == job_id)))


def five_minutes_pass(job_id: str) -> None:
    set_row(job_id, due_at=clock.now() - timedelta(seconds=1))
    assert [one.job_id for one in take("batch")] == [job_id]


def test_a_valid_job_whose_task_a_worker_did_not_know_is_dispatched_again_and_succeeds(database: str) -> None:
    job_id = submit_ping(value=7)

    take_in(given_up_on(job_id))

    job = job_of(job_id)
    assert (job.state, job.dispatch, job.published_at, job.retries) == (JobState.RETRYING, 2, None, 0)
    assert timedelta() < (job.due_at or clock.now()) - clock.now() <= REDRIVE_EVERY
    assert (letter_of(job_id).state, letter_of(job_id).redrives) == ("redriven", 1)
    five_minutes_pass(job_id)
    succeed(job_id)
    assert (job_of(job_id).error, letter_of(job_id).state) == (None, "resolved")


def test_a_job_that_no_worker_ever_knows_fails_after_three_more_dispatches(database: str) -> None:
    job_id = submit_ping()
    for time in range(REDRIVE_CAP):
        take_in(given_up_on(job_id, time=time))
        five_minutes_pass(job_id)

    take_in(given_up_on(job_id, time=REDRIVE_CAP))

    assert (job_of(job_id).state, job_of(job_id).error["class_name"]) == (JobState.FAILED, "DeadLettered")
    [letter] = letters()
    assert (letter.state, letter.redrives, letter.cause, letter.redrive_at) == (
        "open",
        REDRIVE_CAP,
        "unknown_task",
        None,
    )
    assert notes_of(job_id) == ["dead_lettered"] * REDRIVE_CAP


def test_the_delivery_limit_calls_no_job_poison_that_never_ran(database: str) -> None:
    """It counts lost connections, restarts of a node, and messages that were only prefetched."""
    job_id = submit_ping()

    take_in(given_up_on(job_id, reason="delivery_limit"))

    assert (job_of(job_id).state, job_of(job_id).lost) == (JobState.RETRYING, 0)
    assert letter_of(job_id).cause == "undelivered"


def give_back(job_id: str) -> None:
    finish.give_back(job_id, claimed(job_id).claim_id)


def run_and_fail(job_id: str) -> None:
    fail(job_id)


def retry(job_id: str) -> None:
    held = claimed(job_id)
    finish.retry_later(job_id, held.claim_id, failure(), clock.now() + timedelta(hours=1))


@pytest.mark.parametrize("go_on", [claimed, succeed, run_and_fail, give_back, retry])
def test_a_dead_letter_of_an_earlier_dispatch_fails_no_job_that_has_moved_on(
    database: str, go_on: Callable[[str], object]
) -> None:
    job_id = submit_ping()
    late = given_up_on(job_id)
    go_on(job_id)
    before = job_of(job_id)

    for _ in range(2):
        take_in(late)

    after = job_of(job_id)
    assert (after.state, after.dispatch, after.claim_id) == (before.state, before.dispatch, before.claim_id)
    assert notes_of(job_id).count("dead_letter_passed_over") == 1


def test_the_same_message_read_twice_makes_one_row_and_one_dispatch(database: str) -> None:
    job_id = submit_ping()
    dead, theirs = given_up_on(job_id), foreign()

    for _ in range(2):
        take_in(dead)
        take_in(theirs)

    assert (job_of(job_id).dispatch, letter_of(job_id).redrives, len(letters())) == (2, 1, 2)
    assert "dead_letter_passed_over" not in notes_of(job_id)


def test_a_message_without_a_job_is_kept_as_it_came(database: str) -> None:
    take_in(foreign(body='[["harbour"], {}, {}]'))

    letter = letter_of("their-id")
    assert (letter.state, letter.cause, letter.task, letter.job_id) == ("open", "unknown_task", "elsewhere", None)
    assert letter.body == '[["harbour"], {}, {}]'
    assert letter.x_death[0]["reason"] == "rejected"
    assert letter.redrive_at is not None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({DISPATCH_HEADER: 2**40}, id="a number too large for a column"),
        pytest.param({"x-death": [REJECTED | {"queue": "q" * 300}]}, id="a name too long for a column"),
        pytest.param({"x-death": [REJECTED | {"queue": {"a": 1}}]}, id="a name that is none"),
        pytest.param({"x-death": [REJECTED | {"of": nested(300)}]}, id="deaths nested too deep"),
        pytest.param({"their": nested(300)}, id="a header nested too deep"),
        pytest.param({"their": nested(900)}, id="a header nested deeper than Python walks"),
    ],
)
def test_whatever_a_client_has_put_into_the_headers_the_message_is_written_down(
    database: str, headers: dict[str, Any]
) -> None:
    """Or it would come back for ever, and with it every one behind it."""
    take_in(read(message({"id": "their-id", "task": "elsewhere", "x-death": [REJECTED]} | headers)))

    [letter] = letters()
    assert (letter.state, letter.task) == ("open", "elsewhere")


def test_a_foreign_message_that_expired_in_its_queue_is_a_cancelled_job_and_never_runs(database: str) -> None:
    expired = {"x-death": [{**REJECTED, "reason": "expired"}], "expires": "2020-01-02T03:04:05+00:00"}
    dead = foreign("ping", body='[[], {"value": 7}, {}]', **expired)

    take_in(dead)
    take_in(dead)

    job = job_of("their-id")
    assert (job.state, job.payload["value"], job.attempt) == ("cancelled", 7, 0)
    assert f"{job.expires_at:%Y-%m-%d %H:%M}" == "2020-01-02 03:04"
    assert letters() == []
    assert notes_of(job.id)[0] == "expired"


def test_the_rest_of_a_chain_ends_with_a_foreign_message_that_expired_in_its_queue(database: str) -> None:
    expired = {"x-death": [{**REJECTED, "reason": "expired"}], "expires": "2020-01-02T03:04:05+00:00"}
    chain = [{"task": "ping", "options": {"task_id": "last"}}]

    take_in(foreign("ping", body=json.dumps([[], {"value": 7}, {"chain": chain}]), **expired))

    assert (job_of("their-id").state, job_of("their-id").canvas) == ("cancelled", {"chain": chain})
    assert (job_of("last").state, job_of("last").error["class_name"]) == ("cancelled", "NotRun")


def test_a_foreign_message_that_expired_is_a_cancelled_job_whatever_was_to_follow_it(database: str) -> None:
    expired = {"x-death": [{**REJECTED, "reason": "expired"}], "expires": "2020-01-02T03:04:05+00:00"}

    take_in(foreign("ping", body=json.dumps([[], {}, {"chain": [{"args": nested(300)}]}]), **expired))

    assert (job_of("their-id").state, job_of("their-id").canvas) == ("cancelled", None)
    assert letters() == []


def test_an_expired_message_that_no_job_can_be_made_of_is_kept_and_not_run_again_by_itself(database: str) -> None:
    take_in(foreign("elsewhere", **{"x-death": [{**REJECTED, "reason": "expired"}], "expires": "2020-01-02T03:04:05"}))

    assert letter_of("their-id").redrive_at is None


def test_a_message_that_comes_again_after_something_was_decided_is_open_again(database: str) -> None:
    dead = foreign()
    take_in(dead)
    set_letter("their-id", state="discarded")

    take_in(replace(dead, x_death=[{**dead.x_death[0], "count": 2}]))

    [letter] = letters()
    assert (letter.state, letter.x_death[0]["count"]) == ("open", 2)


def test_a_job_that_fails_between_two_slices_leaves_no_open_attempt(database: str) -> None:
    job_id = submit_ping()
    finish.continue_later(job_id, claimed(job_id).claim_id, {"page": 1})
    for time in range(REDRIVE_CAP):
        take_in(given_up_on(job_id, time=time))
        five_minutes_pass(job_id)

    take_in(given_up_on(job_id, time=REDRIVE_CAP))

    [attempt] = attempts_of(job_id)
    assert (job_of(job_id).state, attempt.outcome, attempt.error["class_name"]) == ("failed", "failed", "DeadLettered")
    assert attempt.ended_at is not None
