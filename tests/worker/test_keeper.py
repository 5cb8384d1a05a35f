"""The thread that speaks for a worker's main process, and looks after its jobs."""

import math
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from celery import Celery
from celery.worker import state as worker_state

from core import clock
from jobs.claim import Bid, claim
from jobs.states import JobState
from jobs.workers import liveness
from jobs.workers.liveness import WorkerDescription, WorkerReport
from tests.jobs.running import set_row
from tests.jobs_seen import job_of, outcomes_of, submit_ping
from tests.worker.changing import Changing
from worker import incarnation, keeper
from worker.consuming import Consuming
from worker.keeper import Keeper
from worker.orders import Orders

DESCRIPTION = WorkerDescription(name="w@host", queues=[], concurrency=1, pool="prefork")
REPORT = WorkerReport(concurrency=1, quiet_since=None, vitals={})


@pytest.fixture
def one(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    monkeypatch.setattr(incarnation, "_current", liveness.register(DESCRIPTION))
    monkeypatch.setattr(keeper, "FORGOTTEN_AFTER", 2)
    return Keeper(DESCRIPTION, Orders(None, Consuming(Celery())), lambda: REPORT, stop_children=True)


def run_here(claim_id: str) -> str:
    job_id = submit_ping()
    worker_id = incarnation.current()
    claim(Bid(job_id=job_id, dispatch=1, claim_id=claim_id, worker_id=worker_id, worker="w@host"))
    return job_id


def test_a_job_that_is_running_although_nothing_runs_it_goes_back_to_the_queue(one: Keeper) -> None:
    job_id = run_here("forgotten")

    for _ in range(3):
        assert job_of(job_id).state == JobState.RUNNING
        one._free_forgotten()

    assert job_of(job_id).state == JobState.QUEUED
    assert outcomes_of(job_id) == ["lost"]


def test_a_worker_that_stood_still_has_not_looked_meanwhile(one: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its children went on, and what one of them began a moment before is heard of when it goes on, too."""
    job_id = run_here("just begun")
    one._free_forgotten()
    monkeypatch.setattr(keeper.time, "monotonic", lambda: 10_000_000.0)

    one._free_forgotten()

    assert job_of(job_id).state == JobState.RUNNING


def test_a_job_that_a_child_runs_is_left_alone(one: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = run_here("at work")
    monkeypatch.setattr(worker_state, "active_requests", {SimpleRequest("at work")})

    for _ in range(4):
        one._free_forgotten()

    assert job_of(job_id).state == JobState.RUNNING


def test_a_look_that_meets_a_change_is_repeated(one: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = run_here("at work")

    for _ in range(4):
        monkeypatch.setattr(worker_state, "active_requests", Changing(1, SimpleRequest("at work")))
        one._free_forgotten()

    assert job_of(job_id).state == JobState.RUNNING


def test_a_look_that_is_given_up_says_nothing_of_what_is_forgotten(
    one: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = run_here("forgotten")
    one._free_forgotten()

    with monkeypatch.context() as patch:
        patch.setattr(worker_state, "reserved_requests", Changing(math.inf))
        for _ in range(4):
            one._free_forgotten()
    one._free_forgotten()

    assert job_of(job_id).state == JobState.RUNNING
    one._free_forgotten()
    assert job_of(job_id).state == JobState.QUEUED


class SimpleRequest(SimpleNamespace):
    """What the keeper looks at in a request."""

    def __init__(self, claim_id: str, pid: int | None = None) -> None:
        super().__init__(claim_id=claim_id, worker_pid=pid, id="job")

    __hash__ = object.__hash__


def test_ten_seconds_after_a_cancel_the_process_ends_whatever_it_ignores(
    one: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pool children ignore SIGTERM where it is remapped."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        monkeypatch.setattr(worker_state, "active_requests", {SimpleRequest("cancelled", child.pid)})
        set_row(run_here("cancelled"), cancel_requested_at=clock.now() - keeper.PATIENCE)

        one._stop_cancelled()
        child.wait(30)

    assert child.returncode == -signal.SIGKILL


def test_a_worker_declared_dead_registers_again(one: Keeper) -> None:
    before = incarnation.current()
    liveness.retire(before)
    one._next_renewal = 0.0

    one._renew_when_due()

    assert incarnation.current() != before
    assert liveness.renew(incarnation.current())
