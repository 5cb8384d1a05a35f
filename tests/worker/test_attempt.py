"""One attempt, without a worker around it: what is written, and what Celery is told."""

import math
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from celery.exceptions import Ignore, Reject, Retry
from sqlalchemy import update

from core.db import writing
from core.settings import get_settings
from jobs import finish
from jobs.cancel import cancel
from jobs.claim import NotClaimed
from jobs.handlers import RunningJob
from jobs.logs.logbook import Logbook
from jobs.models import Job, WorkerIncarnation
from jobs.states import JobState
from tests.jobs_seen import attempts_of, job_of, outcomes_of, submit_ping
from tests.worker.attempts import Busy, Run, raising
from worker import attempt, outcome
from worker.failures import RetryAsked
from worker.foreign import adopt
from worker.outcome import ResultNotJson, ResultTooLarge
from workloads.operations.contracts import PING, Ping


def test_a_result_is_stored_before_celery_hears_of_it(run: Run) -> None:
    job_id = submit_ping(value=3)

    returned = run(job_id, lambda _job, payload: {"value": payload.value})

    assert returned == {"value": 3}
    assert job_of(job_id).result == {"value": 3}


@pytest.mark.parametrize("result", [object(), {"text": "a\x00b"}, {1, 2}], ids=["an object", "a NUL", "a set"])
def test_a_result_that_cannot_be_stored_fails_the_job_and_says_why(run: Run, result: object) -> None:
    job_id = submit_ping()

    with pytest.raises(ResultNotJson):
        run(job_id, lambda _job, _payload: result)

    assert job_of(job_id).state == JobState.FAILED
    assert job_of(job_id).error["class_name"] == "ResultNotJson"


@dataclass(frozen=True)
class Best:
    value: float


def test_a_result_with_nan_is_a_success_and_loses_nothing(run: Run) -> None:
    """Silently it would have become null."""
    job_id = submit_ping()

    run(job_id, lambda *_: {"loss": [0.5, math.nan], "best": Best(-math.inf), "none": None})

    job = job_of(job_id)
    kept = {"loss": [0.5, "NaN"], "best": {"value": "-Infinity"}, "none": None}
    assert (job.state, job.result) == (JobState.SUCCEEDED, kept)


def test_a_result_that_no_database_would_ever_take_fails_the_job_instead_of_being_tried_for_ever(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "RESULT_LIMIT", 1_000)
    job_id = submit_ping()

    with pytest.raises(ResultTooLarge):
        run(job_id, lambda _job, _payload: "x" * 1_000)

    assert job_of(job_id).error["message"] == "The task's result is 1,002 bytes of JSON; at most 1,000 are kept."


def test_an_error_that_no_table_names_is_permanent_and_keeps_its_traceback(run: Run) -> None:
    job_id = submit_ping()

    with pytest.raises(ValueError, match="no good"):
        run(job_id, raising(ValueError("no good")))

    assert job_of(job_id).error == {"class_name": "ValueError", "message": "no good", "kind": "permanent"}
    assert "ValueError: no good" in str(attempts_of(job_id)[0].traceback)


def test_an_error_of_the_table_is_retried_until_its_tries_are_used_up(run: Run) -> None:
    job_id = submit_ping()

    with pytest.raises(Retry):
        run(job_id, raising(Busy("later")))
    due = job_of(job_id)
    make_due(job_id)
    with pytest.raises(Busy):
        run(job_id, raising(Busy("still")), dispatch=2)

    assert (due.state, due.error["kind"]) == (JobState.RETRYING, "transient")
    assert outcomes_of(job_id) == ["retried", "failed"]


@pytest.mark.parametrize(
    ("cause", "told", "message"),
    [(Busy("still"), Busy, "still"), (None, RetryAsked, "asked to be tried again (max_retries: 1)")],
    ids=["with a cause", "without one"],
)
def test_a_job_that_asks_to_be_tried_again_fails_when_it_was_often_enough(
    run: Run, cause: Exception | None, told: type[Exception], message: str
) -> None:
    """With its cause, and worth a later try as it was before."""
    job_id = submit_ping()

    with pytest.raises(Retry):
        run(job_id, raising(RetryAsked(cause, 0.0, tries=1)))
    make_due(job_id)
    with pytest.raises(told):
        run(job_id, raising(RetryAsked(cause, 0.0, tries=1)), dispatch=2)

    failed = job_of(job_id)
    assert (failed.state, outcomes_of(job_id)) == (JobState.FAILED, ["retried", "failed"])
    assert failed.error == {"class_name": told.__name__, "message": message, "kind": "transient"}


def make_due(job_id: str) -> None:
    """What a dispatcher does when the time has come."""
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_id).values(state=JobState.QUEUED))


def test_a_slice_ends_without_a_result_and_the_next_goes_on(run: Run) -> None:
    job_id, seen = submit_ping(), []

    def count(job: RunningJob, _payload: Ping) -> int:
        seen.append((job.state, job.slices, job.attempt))
        if (done := (job.state or 0) + 1) < 3:
            job.continue_later(done)
        return done

    for dispatch in (1, 2):
        with pytest.raises(Ignore):
            run(job_id, count, dispatch=dispatch)
        assert (job_of(job_id).state, job_of(job_id).result) == (JobState.QUEUED, None)

    assert run(job_id, count, dispatch=3) == 3
    assert seen == [(None, 0, 1), (1, 1, 1), (2, 2, 1)]
    assert outcomes_of(job_id) == ["succeeded"]


def test_an_attempt_that_was_superseded_writes_nothing_and_calls_nobody_back(run: Run) -> None:
    job_id = submit_ping()

    def lose_it_meanwhile(job: RunningJob, _payload: Ping) -> str:
        finish.lose(job.id, job.claim_id, "frozen")
        return "too late"

    with pytest.raises(Ignore):
        run(job_id, lose_it_meanwhile)

    assert job_of(job_id).state == JobState.QUEUED
    assert job_of(job_id).result is None


def test_a_cancel_that_came_while_it_ran_ends_it_at_the_checkpoint(run: Run) -> None:
    job_id = submit_ping()

    def cancel_meanwhile(job: RunningJob, _payload: Ping) -> None:
        with writing() as session:
            cancel(session, job.id, by="a test")
        job.checkpoint()

    with pytest.raises(Ignore):
        run(job_id, cancel_meanwhile)

    assert job_of(job_id).state == JobState.CANCELLED


def test_a_delivery_to_a_worker_declared_dead_goes_back_to_the_queue(
    run: Run, worker_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "GIVE_BACK_PAUSE", 0.0)
    job_id = submit_ping()
    with writing() as session:
        session.execute(update(WorkerIncarnation).values(ended_at=WorkerIncarnation.seen_at, ending="dead"))

    with pytest.raises(Reject):
        run(job_id, lambda _job, _payload: None)

    assert job_of(job_id).state == JobState.QUEUED


def test_a_secret_in_an_errors_text_is_not_stored(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "sk-not-to-be-seen")
    get_settings.cache_clear()
    job_id = submit_ping()

    with pytest.raises(ValueError, match="sk-not"):
        run(job_id, raising(ValueError("key sk-not-to-be-seen at amqp://user:hunter22@host/")))

    stored = str(job_of(job_id).error) + str(attempts_of(job_id)[0].traceback)
    assert "sk-not-to-be-seen" not in stored
    assert "hunter22" not in stored


def test_a_foreign_message_that_is_too_large_is_on_record_as_failed(worker_id: str) -> None:
    request = SimpleNamespace(id="foreign-1")

    with pytest.raises(NotClaimed):
        adopt(PING, request, [], {"value": "x" * 300_000})

    assert job_of("foreign-1").error["class_name"] == "PayloadTooLarge"
    assert len(str(job_of("foreign-1").payload)) < 200


def test_a_log_that_cannot_be_closed_turns_no_success_into_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    books: list[Logbook] = []

    def out_of_threads(book: Logbook) -> None:
        books.append(book)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Logbook, "close", out_of_threads)
    job_id = submit_ping()

    run(job_id, lambda job, _payload: job.log("once"))

    assert job_of(job_id).state == JobState.SUCCEEDED
    assert books.pop().flush(), "or it would write into the database of another test"
