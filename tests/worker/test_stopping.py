"""A worker's main process stops: what it still has to write comes before it gives back the jobs that this ends, and
keeps no other job."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from core.db import writing
from jobs import finish
from jobs.claim import claim
from jobs.finish import Failure
from jobs.models import Job
from jobs.states import ErrorKind, JobState
from tests.jobs.running import bid_for, claimed, start_worker, worker_of
from tests.jobs_seen import job_of, outcomes_of, submit_ping, wait_until
from worker import endings, incarnation, recorder, stopping
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


@contextmanager
def stopping_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopping]:
    job_id, worker_id = submit_ping(), start_worker()
    held = claim(bid_for(job_id, worker_id))
    monkeypatch.setattr(incarnation, "_current", worker_id)
    monkeypatch.setattr(stopping, "_threads", [])
    monkeypatch.setattr(recorder, "_recorder", None)
    made = Stopping(worker_id, job_id, held.claim_id, recorder.start_recorder(), threading.Event())
    yield made
    made.answers.set()
    made.recorder.stop(60)


@pytest.fixture
def worker(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopping]:
    with stopping_worker(monkeypatch) as made:
        yield made


@pytest.fixture
def worker_on_postgresql(postgresql_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stopping]:
    with stopping_worker(monkeypatch) as made:
        yield made


def test_a_job_whose_end_waits_for_the_database_is_not_given_back_before(
    worker: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "LAST_WRITES", 0.1)
    record("failed", worker.write, ends=worker.job_id)

    stopping.stop()
    assert job_of(worker.job_id).state == JobState.RUNNING

    worker.answers.set()
    worker.recorder.join(60)
    assert (job_of(worker.job_id).state, outcomes_of(worker.job_id)) == (JobState.FAILED, ["timed_out"])
    assert worker_of(worker.worker_id).ending == "stopped"


def test_a_write_that_waits_keeps_no_other_job_from_being_given_back(
    worker: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "LAST_WRITES", 0.1)
    others = [claimed(submit_ping(), worker.worker_id) for _ in range(2)]
    record("failed", worker.write, ends=worker.job_id)
    endings.given_back(others[0].job_id, others[0].claim_id)

    stopping.stop()

    for other in others:
        wait_until(other.job_id, JobState.QUEUED)
        assert outcomes_of(other.job_id) == ["given_back"]
    assert job_of(worker.job_id).state == JobState.RUNNING


def test_a_row_that_somebody_holds_keeps_no_other_job_from_being_given_back(
    worker_on_postgresql: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = worker_on_postgresql
    monkeypatch.setattr(recorder, "LAST_WRITES", 0.1)
    other = claimed(submit_ping(), worker.worker_id)

    with writing() as somebody:
        somebody.scalar(select(Job.id).where(Job.id == worker.job_id).with_for_update())
        stopping.stop()
        wait_until(other.job_id, JobState.QUEUED)

    worker.recorder.join(60)
    assert (job_of(worker.job_id).state, outcomes_of(worker.job_id)) == (JobState.QUEUED, ["given_back"])
    assert worker_of(worker.worker_id).ending == "stopped"


def test_what_still_runs_is_given_back(worker: Stopping) -> None:
    stopping.stop()

    assert (job_of(worker.job_id).state, outcomes_of(worker.job_id)) == (JobState.QUEUED, ["given_back"])
    assert worker_of(worker.worker_id).ending == "stopped"


def test_jobs_that_share_this_process_are_given_back_after_all_that_it_waits_for(
    worker: Stopping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but its end stops them: another worker would take them up while they still run here."""
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    seen: list[str] = []

    def write() -> None:
        worker.answers.wait(0.5)  # long enough for whoever does not wait for it
        seen.append(job_of(worker.job_id).state)

    record("failed", write)
    stopping.leave_at_once()
    worker.recorder.join(60)

    assert (seen, left) == ([JobState.RUNNING], [0])
    assert (job_of(worker.job_id).state, outcomes_of(worker.job_id)) == (JobState.QUEUED, ["given_back"])
    assert worker_of(worker.worker_id).ending == "stopped"
