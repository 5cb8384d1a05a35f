"""Running again by itself what died of a cause that may have passed."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from core import clock
from core.contracts import catalog
from core.db import writing
from jobs import finish
from jobs.cancel import cancel
from jobs.dead_letters.decisions import rerun
from jobs.dead_letters.ending import AUTOMATIC, REDRIVE_CAP
from jobs.dead_letters.intake import take_in
from jobs.dead_letters.redrive import process_dlq
from jobs.states import ErrorKind, JobState
from tests.jobs.dead_letters.dead_messages import foreign
from tests.jobs.dead_letters.letters import fail, failed, failure, letter_of, retry_of, set_letter, succeed
from tests.jobs.running import at_once, claimed, set_row
from tests.jobs_seen import job_of, states, submit_ping
from tests.nested import nested


def five_minutes_pass(letter_id: str) -> None:
    set_letter(letter_id, redrive_at=clock.now() - timedelta(seconds=1))


def redriven(letter_id: str) -> str:
    """The new job's id."""
    five_minutes_pass(letter_id)
    assert process_dlq() == 1
    return letter_of(letter_id).new_job_id or ""


def cancelled(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="olga")


def test_what_may_have_passed_is_run_again_as_a_new_job_when_its_five_minutes_are_over(database: str) -> None:
    letter_id = failed(ErrorKind.TRANSIENT, value=3)
    assert process_dlq() == 0

    job = job_of(redriven(letter_id))

    assert (job.state, job.retry_of, job.payload["value"]) == (JobState.QUEUED, letter_id, 3)
    assert job.submitted_by == AUTOMATIC
    assert (letter_of(letter_id).state, job_of(letter_id).state) == ("redriven", JobState.FAILED)
    succeed(job.id)
    assert letter_of(letter_id).state == "resolved"


def test_after_three_of_them_it_is_for_people_to_decide(database: str) -> None:
    letter_id = failed(ErrorKind.TRANSIENT)
    for _ in range(REDRIVE_CAP):
        letter_id = fail(redriven(letter_id), ErrorKind.TRANSIENT)

    letter = letter_of(letter_id)
    assert (letter.state, letter.redrives, letter.redrive_at) == ("open", REDRIVE_CAP, None)
    with writing() as session:
        by_hand = rerun(session, letter_id, by="olga").job_id
    assert letter_of(fail(by_hand, ErrorKind.TRANSIENT)).redrives == 0


def test_what_failed_first_a_day_ago_stays_as_it_is(database: str) -> None:
    letter_id = failed(ErrorKind.TRANSIENT)
    set_letter(letter_id, first_at=clock.now() - timedelta(hours=25), redrive_at=clock.now())

    process_dlq(max_age_hours=24)

    assert (letter_of(letter_id).state, letter_of(letter_id).redrive_at) == ("open", None)


def test_many_processes_at_once_run_each_of_them_once(database: str) -> None:
    for letter_id in [failed(ErrorKind.TRANSIENT) for _ in range(10)]:
        five_minutes_pass(letter_id)

    at_once(lambda _: process_dlq(), 4)

    assert states() == {JobState.FAILED: 10, JobState.QUEUED: 10}


@pytest.mark.parametrize(
    "whole",
    [{"canvas": {"group_id": "g"}}, {"canvas": {"chain": []}}, {"workflow_id": "w"}],
    ids=["group", "last of a chain", "workflow"],
)
def test_a_part_of_a_whole_is_not_run_alone(sqlite_database: str, whole: dict[str, object]) -> None:
    job_id = submit_ping()
    set_row(job_id, **whole)

    assert letter_of(fail(job_id, ErrorKind.TRANSIENT)).redrive_at is None


def test_what_was_only_sent_by_another_task_is_run_alone(database: str) -> None:
    """Celery names the sender and its root in whatever is sent from within a task."""
    job_id = submit_ping()
    set_row(job_id, canvas={"root_id": "root", "parent_id": "sender"})

    assert letter_of(fail(job_id, ErrorKind.TRANSIENT)).redrive_at is not None


def test_one_whose_payload_fits_no_longer_keeps_no_other_from_running(database: str) -> None:
    broken, fine = failed(ErrorKind.TRANSIENT), failed(ErrorKind.TRANSIENT)
    set_row(broken, payload={"valve": 1})
    for letter_id in (broken, fine):
        five_minutes_pass(letter_id)

    process_dlq()

    assert (letter_of(broken).state, letter_of(fine).state) == ("open", "redriven")
    assert "does not fit" in letter_of(broken).history[0]["why"]
    assert letter_of(broken).redrive_at is None


def test_a_message_of_an_unknown_task_runs_under_its_own_id_once_the_task_is_known(database: str) -> None:
    take_in(foreign(task="ping", body='[[], {"value": 5}, {"callbacks": null}]'))
    ping = catalog._contracts.pop("ping")
    five_minutes_pass("their-id")
    process_dlq()
    assert (letter_of("their-id").state, letter_of("their-id").redrives) == ("open", 1)
    catalog.add([ping])

    assert redriven("their-id") == "their-id"

    assert job_of("their-id").payload["value"] == 5
    succeed("their-id")


def test_a_job_that_was_told_to_stop_is_not_run_again_by_itself(database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    with writing() as session:
        cancel(session, job_id, by="olga")

    finish.fail(job_id, held.claim_id, failure(ErrorKind.TRANSIENT))

    assert (letter_of(job_id).state, letter_of(job_id).redrive_at) == ("open", None)


def test_what_somebody_runs_again_at_this_moment_is_not_run_a_second_time(database: str) -> None:
    letter_id = failed(ErrorKind.TRANSIENT)
    by_hand = retry_of(letter_id)
    five_minutes_pass(letter_id)

    process_dlq()
    assert (letter_of(letter_id).new_job_id, len(states())) == (None, 2)
    with writing() as session:
        cancel(session, by_hand, by="olga")

    assert job_of(redriven(letter_id)).retry_of == letter_id


def test_a_message_whose_canvas_cannot_be_stored_holds_up_no_other_letter(database: str) -> None:
    take_in(foreign("ping", body=json.dumps([[], {}, {"callbacks": nested(300)}])))
    other = failed(ErrorKind.TRANSIENT)
    five_minutes_pass("their-id")
    five_minutes_pass(other)

    assert process_dlq() == 2

    assert letter_of(other).state == "redriven"
    assert (letter_of("their-id").state, letter_of("their-id").redrive_at) == ("open", None)


@pytest.mark.parametrize(("ends", "told"), [(succeed, "resolved"), (cancelled, "discarded")])
def test_a_message_that_had_no_job_is_settled_by_how_the_job_ends_that_was_made_of_it(
    database: str, ends: Callable[[str], None], told: str
) -> None:
    take_in(foreign("ping", body='[[], {"value": 7}, {}]'))
    job_id = redriven("their-id")

    ends(job_id)

    assert (job_id, letter_of("their-id").state) == ("their-id", told)
