"""Jobs that look up at nothing: whoever takes their job away must have ended their process first."""

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs_seen import job_of, outcomes_of, submit_ping, wait_until
from tests.processes import BIN, Process
from tests.trees import append, copy_of_the_application
from tests.waiting import wait_for

pytestmark = pytest.mark.integration

CONTRACTS = """
from core.contracts import Contract, Payload
from core.queues import Queue


class Stubborn(Payload):
    does: str


STUBBORN = Contract(name="stubborn", queue=Queue.DEFAULT, payload=Stubborn)
"""
TASKS = """
import signal
import time

from jobs.handlers import handles
from workloads.stubborn.contracts import STUBBORN


@handles(STUBBORN)
def stubborn(job, payload):
    if payload.does == "exhaust":
        raise MemoryError
    for one in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        signal.signal(one, signal.SIG_IGN)
    time.sleep(60)
"""
MANIFEST = "from workloads.stubborn.contracts import STUBBORN\nCONTRACTS = (*CONTRACTS, STUBBORN)\n"
WORKER = "from workloads.stubborn.tasks import stubborn as code\nstubborn = task_of(code)\n"


@pytest.fixture
def tree(tmp_path: Path, sqlite_database: str, broker: str) -> Path:
    copy = copy_of_the_application(tmp_path)
    files = {"__init__.py": "", "contracts.py": CONTRACTS, "tasks.py": TASKS}
    for name, code in files.items():
        append(copy, f"api/workloads/stubborn/{name}", code)
    append(copy, "api/workloads/manifest.py", MANIFEST)
    append(copy, "api/worker/tasks.py", WORKER)
    return copy


def delay(tree: Path, does: str) -> str:
    code = f"from worker.tasks import stubborn; print(stubborn.delay({does!r}).id)"
    command = [str(BIN / "python"), "-c", code]
    done = subprocess.run(command, cwd=tree / "api", capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def only_child(worker: Process) -> psutil.Process:
    return wait_for(worker.children, what="a pool child")[0]


@pytest.mark.parametrize("remap", ["SIGQUIT", None], ids=["as in the Procfile", "the bare command"])
def test_a_stopping_worker_gives_a_job_back_only_with_its_process_dead(
    tree: Path, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch, remap: str | None
) -> None:
    monkeypatch.setenv("SLIPWAY_SOFT_SHUTDOWN_SECONDS", "1")
    if remap:
        monkeypatch.setenv("REMAP_SIGTERM", remap)
    worker = start_worker("-c", "1", tree=tree)
    job_id = delay(tree, "ignore every signal")
    wait_until(job_id, JobState.RUNNING)
    child = only_child(worker)

    worker.signal(signal.SIGTERM)

    wait_for(lambda: job_of(job_id).state == JobState.QUEUED, what="the job to be given back")
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert outcomes_of(job_id) == ["given_back"]


def test_revoking_a_job_ends_its_process_and_frees_the_slot(tree: Path, start_worker: StartWorker) -> None:
    worker = start_worker("-c", "1", tree=tree)
    job_id = delay(tree, "ignore every signal")
    wait_until(job_id, JobState.RUNNING)
    child = only_child(worker)

    code = f"from worker.celery_app import app; app.control.revoke({job_id!r}, terminate=True)"
    subprocess.run([str(BIN / "python"), "-c", code], cwd=tree / "api", check=True, timeout=60)

    wait_until(job_id, JobState.CANCELLED)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, what="its process to end")
    wait_until(submit_ping(), JobState.SUCCEEDED)


def test_a_job_without_memory_fails_and_takes_no_worker_with_it(tree: Path, start_worker: StartWorker) -> None:
    worker = start_worker("-c", "1", tree=tree)

    job_id = delay(tree, "exhaust")

    assert wait_until(job_id, JobState.FAILED).error["class_name"] == "MemoryError"
    wait_until(submit_ping(), JobState.SUCCEEDED)
    assert worker.running
