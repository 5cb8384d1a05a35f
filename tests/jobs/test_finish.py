"""Leaving `running`: fenced, once, and with every attempt on record."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from core.db import database_now, writing
from jobs import finish, follow_up
from jobs.cancel import cancel
from jobs.claim import Superseded
from jobs.finish import LOST_LIMIT, Failure
from jobs.models import Job
from jobs.states import ErrorKind, JobState
from tests.jobs.running import claimed, start_worker, wait_for_a_blocked_write
from tests.jobs_seen import attempts_of, job_of, outcomes_of, submit_ping

BROKEN = Failure(class_name="Broken", message="it broke", kind=ErrorKind.PERMANENT, traceback="Traceback …")
LATER = datetime(2999, 1, 1, tzinfo=UTC)

ENDINGS: dict[str, Callable[[str, str], object]] = {
    "succeed": lambda job_id, claim_id: finish.succeed(job_id, claim_id, "late"),
    "fail": lambda job_id, claim_id: finish.fail(job_id, claim_id, BROKEN),
    "cancel": finish.end_cancelled,
    "retry later": lambda job_id, claim_id: finish.retry_later(job_id, claim_id, BROKEN, LATER),
    "give back": finish.give_back,
    "lose": lambda job_id, claim_id: finish.lose(job_id, claim_id, "gone"),
}

each_ending = pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)


def ask_to_stop(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="a test")


@each_ending
def test_an_attempt_that_lost_its_claim_writes_nothing(database: str, end: Callable[[str, str], object]) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    stale = claimed(job_id, worker_id)
    finish.give_back(job_id, stale.claim_id)
    held = claimed(job_id, worker_id)

    with pytest.raises(Superseded):
        end(job_id, stale.claim_id)

    job = job_of(job_id)
    assert (job.state, job.claim_id, job.result, job.error) == (JobState.RUNNING, held.claim_id, None, None)
    assert outcomes_of(job_id) == ["given_back", None]


@each_ending
def test_final_is_final(database: str, end: Callable[[str, str], object]) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    finish.fail(job_id, held.claim_id, BROKEN)
    before = job_of(job_id)

    if end is ENDINGS["fail"]:
        end(job_id, held.claim_id)
    else:
        with pytest.raises(Superseded):
            end(job_id, held.claim_id)

    after = job_of(job_id)
    assert (after.state, after.error, after.ended_at) == (before.state, before.error, before.ended_at)
    assert outcomes_of(job_id) == ["failed"]


@pytest.mark.parametrize("said", ["succeed", "fail", "cancel"])
def test_the_same_ending_said_twice_is_said_once(database: str, said: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)

    ENDINGS[said](job_id, held.claim_id)
    ended_at = job_of(job_id).ended_at
    ENDINGS[said](job_id, held.claim_id)

    assert job_of(job_id).ended_at == ended_at
    assert len(attempts_of(job_id)) == 1


def test_a_success_keeps_its_result_and_clears_an_earlier_error(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    finish.retry_later(job_id, claimed(job_id, worker_id).claim_id, BROKEN, datetime.now(UTC))
    with writing() as session:
        session.execute(update(Job).values(state=JobState.QUEUED))

    finish.succeed(job_id, claimed(job_id, worker_id).claim_id, {"value": 1})

    job = job_of(job_id)
    assert (job.state, job.result, job.error) == (JobState.SUCCEEDED, {"value": 1}, None)
    assert job.ended_at is not None
    assert outcomes_of(job_id) == ["retried", "succeeded"]


def test_a_failure_keeps_its_error_and_its_traceback(sqlite_database: str) -> None:
    job_id = submit_ping()

    finish.fail(job_id, claimed(job_id).claim_id, BROKEN)

    [attempt] = attempts_of(job_id)
    assert job_of(job_id).error == {"class_name": "Broken", "message": "it broke", "kind": "permanent"}
    assert (attempt.outcome, attempt.error, attempt.traceback) == ("failed", BROKEN.as_json(), "Traceback …")


def test_a_time_out_is_on_record_as_one(sqlite_database: str) -> None:
    job_id = submit_ping()
    late = Failure(class_name="SoftTimeLimitExceeded", message="", kind=ErrorKind.TIMEOUT)

    finish.fail(job_id, claimed(job_id).claim_id, late)

    assert (job_of(job_id).state, outcomes_of(job_id)) == (JobState.FAILED, ["timed_out"])


@pytest.mark.parametrize("text", ["a\x00b", "a\udcffb"], ids=["NUL", "half a surrogate pair"])
def test_an_error_that_no_database_could_hold_ends_the_job_all_the_same(database: str, text: str) -> None:
    job_id = submit_ping()
    odd = Failure(class_name="Odd", message=text, kind=ErrorKind.PERMANENT, traceback=f"Traceback {text}")

    finish.fail(job_id, claimed(job_id).claim_id, odd)

    assert job_of(job_id).state == JobState.FAILED
    assert attempts_of(job_id)[0].traceback == "Traceback a?b"


def test_an_error_is_cut_to_what_a_row_should_hold(sqlite_database: str) -> None:
    job_id = submit_ping()
    long = Failure(class_name="Long", message="x" * 10_000, kind=ErrorKind.PERMANENT, traceback="y" * 100_000 + "end")

    finish.fail(job_id, claimed(job_id).claim_id, long)

    [attempt] = attempts_of(job_id)
    assert len(job_of(job_id).error["message"]) == finish.MESSAGE_LIMIT
    assert attempt.traceback is not None
    assert len(attempt.traceback) == finish.TRACEBACK_LIMIT
    assert attempt.traceback.endswith("end")


def test_a_retry_is_a_row_that_waits_for_its_time_under_the_next_dispatch(database: str) -> None:
    job_id = submit_ping()
    due_at = datetime.now(UTC) + timedelta(minutes=5)

    finish.retry_later(job_id, claimed(job_id).claim_id, BROKEN, due_at)

    job = job_of(job_id)
    assert (job.state, job.due_at, job.dispatch, job.retries) == (JobState.RETRYING, due_at, 2, 1)
    assert (job.published_at, job.publisher, job.lost) == (None, None, 0)
    assert outcomes_of(job_id) == ["retried"]


def test_a_job_given_back_is_queued_again_and_nobody_is_to_blame(database: str) -> None:
    job_id = submit_ping()

    assert finish.give_back(job_id, claimed(job_id).claim_id) is JobState.QUEUED

    job = job_of(job_id)
    assert (job.state, job.dispatch, job.lost, job.progress) == (JobState.QUEUED, 2, 0, None)


def test_a_job_that_loses_its_worker_too_often_is_poison(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()

    states = [finish.lose(job_id, claimed(job_id, worker_id).claim_id, "signal 9") for _ in range(LOST_LIMIT)]

    job = job_of(job_id)
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert (job.error["kind"], job.lost) == ("poison", LOST_LIMIT)
    assert "signal 9" in job.error["message"]
    assert outcomes_of(job_id) == ["lost"] * LOST_LIMIT


def test_what_was_given_back_or_retried_does_not_count_as_lost(sqlite_database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    for _ in range(LOST_LIMIT):
        finish.give_back(job_id, claimed(job_id, worker_id).claim_id)

    state = finish.lose(job_id, claimed(job_id, worker_id).claim_id, "gone")

    assert (state, job_of(job_id).lost) == (JobState.QUEUED, 1)


@pytest.mark.parametrize("said", ["retry later", "give back", "lose"])
def test_a_cancel_that_was_asked_for_ends_a_job_that_would_run_again(database: str, said: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    ask_to_stop(job_id)

    ENDINGS[said](job_id, held.claim_id)

    job = job_of(job_id)
    assert (job.state, job.dispatch) == (JobState.CANCELLED, 1)
    assert job.ended_at is not None
    assert (outcomes_of(job_id), job.lost, job.retries) == (["cancelled"], 0, 0)


@pytest.mark.parametrize("said", ["succeed", "lose"])
def test_an_ending_that_waited_for_the_table_bears_the_time_after_the_wait(postgresql_database: str, said: str) -> None:
    """Whoever looks for what has changed since would look past an earlier one."""
    job_id = submit_ping()
    ending = threading.Thread(target=ENDINGS[said], args=(job_id, claimed(job_id).claim_id))
    with writing() as session:
        session.execute(text("LOCK TABLE jobs"))
        ending.start()
        wait_for_a_blocked_write()
        freed = database_now(session)
    ending.join()

    assert job_of(job_id).updated_at > freed


def test_a_job_that_was_asked_to_stop_is_cancelled_and_not_poison(sqlite_database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    for _ in range(LOST_LIMIT - 1):
        finish.lose(job_id, claimed(job_id, worker_id).claim_id, "gone")
    held = claimed(job_id, worker_id)
    ask_to_stop(job_id)

    assert finish.lose(job_id, held.claim_id, "gone") is JobState.CANCELLED


def test_a_success_that_comes_after_a_cancel_was_asked_for_stays_a_success(sqlite_database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    ask_to_stop(job_id)

    finish.succeed(job_id, held.claim_id, "done")

    assert (job_of(job_id).state, job_of(job_id).result) == (JobState.SUCCEEDED, "done")


@pytest.mark.parametrize("said", ["retry later", "give back", "lose"])
def test_a_cancel_committed_in_the_same_moment_is_not_overlooked(postgresql_database: str, said: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)

    with writing() as session:
        cancel(session, job_id, by="a test")
        ending = threading.Thread(target=ENDINGS[said], args=(job_id, held.claim_id))
        ending.start()
        wait_for_a_blocked_write()
    ending.join()

    assert job_of(job_id).state == JobState.CANCELLED


def test_of_two_endings_in_the_same_moment_one_counts(database: str) -> None:
    job_id = submit_ping()
    held = claimed(job_id)
    refused: list[str] = []

    def say(name: str) -> None:
        try:
            ENDINGS[name](job_id, held.claim_id)
        except Superseded:
            refused.append(name)

    threads = [threading.Thread(target=say, args=(name,)) for name in ENDINGS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == len(ENDINGS) - 1
    assert len(outcomes_of(job_id)) == 1


def test_a_success_that_nobody_follows_goes_the_short_way_also_when_somebody_did_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish._end_alone.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(follow_up, "_followers", dict(follow_up._followers))
        follow_up.follow_endings("for a while", lambda _session, _ended: [])
    monkeypatch.setattr(finish, "_end", lambda *_, **__: pytest.fail("it went the long way"))
    held = claimed(submit_ping())

    finish.succeed(held.job_id, held.claim_id, 7)

    assert (job_of(held.job_id).state, job_of(held.job_id).result) == (JobState.SUCCEEDED, 7)
    assert outcomes_of(held.job_id) == ["succeeded"]
