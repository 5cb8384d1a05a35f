"""A worker's main process stops: what it still has to write comes before it gives its jobs back."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from jobs import finish
from jobs.claim import claim
from jobs.finish import Failure
from jobs.states import ErrorKind, JobState
from tests.jobs.running import bid_for, start_worker, worker_of
from tests.jobs_seen import job_of, outcomes_of, submit_ping
from worker import incarnation, recorder, stopping
from worker.recorder import Recorder, record

TIMED_OUT = Failure(class_name="TimeLimitExceeded", message="300", kind=ErrorKind.TIMEOUT)


@dataclass(frozen=True)
class Stopping:
    """A worker with one job that runs; its recorder's writes wait until the database `answers`."""

    worker_id: str
    job_id: str
    claim_id: str
    recorder: Recorder
    answers: threading.Event

    def write(self) -> None:
        assert self.answers.wait(60)
        finish.fail(self.job_id, self.claim_id, TIMED_OUT)


@pytest.fixture
def worker(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopping]:
    job_id, worker_id = submit_ping(), start_worker()
    held = claim(bid_for(job_id, worker_id))
    monkeypatch.setattr(incarnation, "_current", worker_id)
    monkeypatch.setattr(stopping, "_threads", [])
    monkeypatch.setattr(recorder, "_recorder", None)
    made = Stopping(worker_id, job_id, held.claim_id, recorder.start_recorder(), threading.Event())
    yield made
    made.answers.set()
    made.recorder.stop(60)


def test_a_job_whose_end_waits_for_the_database_is_not_given_back_before(
    worker: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "LAST_WRITES", 0.1)
    record("failed", worker.write)

    stopping.stop()
    assert job_of(worker.job_id).state == JobState.RUNNING

    worker.answers.set()
    worker.recorder.join(60)
    assert (job_of(worker.job_id).state, outcomes_of(worker.job_id)) == (JobState.FAILED, ["timed_out"])
    assert worker_of(worker.worker_id).ending == "stopped"


def test_what_still_runs_is_given_back(worker: Stopping) -> None:
    stopping.stop()

    assert (job_of(worker.job_id).state, outcomes_of(worker.job_id)) == (JobState.QUEUED, ["given_back"])
    assert worker_of(worker.worker_id).ending == "stopped"
