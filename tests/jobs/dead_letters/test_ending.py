"""What the end of a job means for dead letters."""

from datetime import UTC, datetime

import pytest

from core.db import writing
from jobs import finish
from jobs.cancel import cancel
from jobs.dead_letters.decisions import rerun
from jobs.dead_letters.ending import REDRIVE_EVERY
from jobs.dead_letters.models import DeadLetter
from jobs.finish import LOST_LIMIT
from jobs.states import ErrorKind, JobState
from tests.jobs.dead_letters.letters import fail, failed, failure, letter_of, letters, retry_of, succeed
from tests.jobs.running import claimed
from tests.jobs_seen import job_of, state_of, submit_ping

LATER = datetime(2999, 1, 1, tzinfo=UTC)


def test_every_final_failure_leaves_one_dead_letter_that_the_ending_wrote(database: str) -> None:
    job_id = failed(value=1, project_id="acme")

    [letter] = letters()
    assert (letter.id, letter.job_id, letter.root_id, letter.state) == (job_id, job_id, job_id, "open")
    assert (letter.cause, letter.task, letter.queue, letter.project_id) == ("permanent", "ping", "default", "acme")
    assert letter.error["message"] == "it broke"
    assert letter.at == letter.first_at
    assert letter.redrive_at is None


def test_a_time_limit_and_a_lost_child_are_dead_lettered_by_the_ending_and_not_by_the_broker(database: str) -> None:
    late, poisoned = failed(ErrorKind.TIMEOUT), submit_ping()
    for _ in range(LOST_LIMIT):
        finish.lose(poisoned, claimed(poisoned).claim_id, "its process was killed")

    assert {letter.id: letter.cause for letter in letters()} == {late: "timeout", poisoned: "poison"}


def test_a_job_that_is_tried_again_or_ends_otherwise_leaves_none(database: str) -> None:
    retried, done, dropped = submit_ping(), submit_ping(), submit_ping()
    finish.retry_later(retried, claimed(retried).claim_id, failure(ErrorKind.TRANSIENT), LATER)
    succeed(done)
    with writing() as session:
        cancel(session, dropped, by="a test")

    assert letters() == []


def test_the_ending_and_its_dead_letter_are_written_together_or_not_at_all(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    with monkeypatch.context() as patch:
        patch.setattr("jobs.dead_letters.ending.chain_of", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            finish.fail(job_id, held.claim_id, failure())
        assert (state_of(job_id), letters()) == (JobState.RUNNING, [])

    finish.fail(job_id, held.claim_id, failure())

    assert (state_of(job_id), [letter.id for letter in letters()]) == (JobState.FAILED, [job_id])


def test_saying_a_failure_twice_leaves_one_dead_letter(database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    for _ in range(2):
        finish.fail(job_id, held.claim_id, failure())

    assert len(letters()) == 1


def test_only_a_transient_cause_is_run_again_by_itself_after_five_minutes(database: str) -> None:
    passing, lasting = letter_of(failed(ErrorKind.TRANSIENT)), letter_of(failed(ErrorKind.TIMEOUT))

    assert passing.redrive_at == passing.at + REDRIVE_EVERY
    assert lasting.redrive_at is None


def test_a_retry_that_succeeds_resolves_all_that_led_to_it(database: str) -> None:
    first = failed()
    second = fail(retry_of(first))
    assert [letter_of(one).state for one in (first, second)] == ["redriven", "open"]
    assert (letter_of(first).new_job_id, letter_of(second).root_id) == (second, first)

    succeed(retry_of(second))

    assert [letter_of(one).state for one in (first, second)] == ["resolved", "resolved"]


def test_a_rerun_that_is_cancelled_sets_its_dead_letter_aside_and_it_may_be_run_again(database: str) -> None:
    letter_id = failed()
    with writing() as session:
        cancel(session, rerun(session, letter_id, by="olga").job_id, by="olga")

    assert (letter_of(letter_id).state, letter_of(letter_id).reason) == ("discarded", "the job was cancelled")
    with writing() as session:
        again = rerun(session, letter_id, by="olga").job_id
    succeed(again)
    assert letter_of(letter_id).state == "resolved"


def test_a_dead_letter_goes_with_the_history_of_its_job(database: str) -> None:
    job_id = failed()

    with writing() as session:
        session.delete(session.merge(job_of(job_id)))

    assert letters() == []
    with writing() as session:
        assert session.get(DeadLetter, job_id) is None
