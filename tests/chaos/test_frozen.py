"""A worker that stands still for longer than the broker and the table have patience."""

from pathlib import Path

import pytest

from jobs.states import JobState
from tests.conftest import StartWorker
from tests.freezing import a_minute_passes, freeze, wake
from tests.jobs.running import set_row
from tests.jobs_seen import job_of, outcomes_of, submit_ping, wait_until
from tests.trees import append, copy_of_the_application
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

BROKER = "HEARTBEAT = 4"  # a quarter of what it is


@pytest.fixture
def impatient(tmp_path: Path) -> Path:
    tree = copy_of_the_application(tmp_path)
    append(tree, "api/jobs/broker.py", BROKER)
    return tree


def test_a_worker_frozen_for_real_wakes_beside_the_one_that_took_its_job(
    sqlite_database: str, broker: str, start_worker: StartWorker, impatient: Path
) -> None:
    """With a pool of threads, whose jobs nobody can kill: the fence alone keeps it from writing."""
    frozen = start_worker("-P", "threads", "-c", "1", name="frozen@localhost", tree=impatient)
    job_id = submit_ping(sleep_s=8)
    wait_until(job_id, JobState.RUNNING)

    freeze(frozen.pid)
    set_row(job_id, payload={"sleep_s": 3})
    awake = start_worker("-c", "1", name="awake@localhost", tree=impatient)
    awake.wait_for_output("duplicate: another delivery runs it")  # the broker gave its connection up
    a_minute_passes("frozen@localhost")
    wait_for(lambda: job_of(job_id).attempt == 2, what="the second attempt")
    wake(frozen.pid)

    frozen.wait_for_output("superseded")
    frozen.wait_for_output("registering again")
    assert wait_until(job_id, JobState.SUCCEEDED).worker == "awake@localhost"
    assert outcomes_of(job_id) == ["lost", "succeeded"]

    awake.terminate()
    assert wait_until(submit_ping(), JobState.SUCCEEDED).worker == "frozen@localhost"
