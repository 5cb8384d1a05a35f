"""A pool of no processes: the worker's main process runs its jobs itself, one at a time, between two turns of its
loop."""

import signal

import pytest

from core.db import writing
from jobs.states import JobState
from jobs.workers.instruct import instruct
from jobs.workers.orders import OrderKind
from tests.conftest import StartWorker
from tests.jobs_seen import job_of, outcomes_of, submit_ping, wait_until
from tests.waiting import wait_for


@pytest.mark.integration
def test_a_worker_without_processes_runs_jobs_and_stops_in_the_middle_of_one(
    sqlite_database: str, broker: str, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_SOFT_SHUTDOWN_SECONDS", "1")
    monkeypatch.setenv("REMAP_SIGTERM", "SIGQUIT")
    worker = start_worker("-P", "solo")
    wait_until(submit_ping(), JobState.SUCCEEDED)
    running = submit_ping(sleep_s=600)
    wait_until(running, JobState.RUNNING)

    with writing() as session:
        instruct(session, "test@localhost", OrderKind.SHUTDOWN, by="a test")

    wait_for(lambda: not worker.running, what="the worker to stop")
    assert (job_of(running).state, outcomes_of(running), job_of(running).lost) == (JobState.QUEUED, ["given_back"], 0)
    assert "the running job has had its time" in worker.output


@pytest.mark.integration
def test_a_job_of_a_worker_without_processes_gets_the_time_that_it_still_has_when_the_worker_is_told_to_stop(
    sqlite_database: str, broker: str, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_SOFT_SHUTDOWN_SECONDS", "300")
    monkeypatch.setenv("REMAP_SIGTERM", "SIGQUIT")
    worker = start_worker("-P", "solo")
    running = submit_ping(sleep_s=3)
    wait_until(running, JobState.RUNNING)

    worker.signal(signal.SIGTERM)

    wait_for(lambda: not worker.running, what="the worker to stop")
    assert (job_of(running).state, outcomes_of(running)) == (JobState.SUCCEEDED, ["succeeded"])
    assert "Cold shutdown" in worker.output
