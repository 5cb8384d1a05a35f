"""Time limits on a real worker: soft ones are raised in the job, hard ones kill its process."""

from pathlib import Path

import pytest

from jobs.states import JobState
from tests.conftest import StartWorker
from tests.held import holding_pings, let_go
from tests.jobs_seen import outcomes_of, submit_ping, wait_until
from tests.worker.shell import python, wait_until_known

pytestmark = pytest.mark.integration

SEND = "from worker.celery_app import app; print(app.send_task('ping', kwargs={{'sleep_s': 60}}, {limits}).id)"


def test_a_job_that_runs_into_its_soft_limit_is_reported_as_such_and_not_tried_again(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1")

    job_id = python(SEND.format(limits="soft_time_limit=1"))

    job = wait_until_known(job_id)
    assert (job.state, job.error["kind"]) == (JobState.FAILED, "timeout")
    assert outcomes_of(job_id) == ["timed_out"]


def test_a_job_that_does_not_heed_its_soft_limit_is_killed_at_the_hard_one_and_the_worker_lives_on(
    sqlite_database: str, broker: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_worker("-c", "1", app=holding_pings(tmp_path, monkeypatch))

    job_id = python(SEND.format(limits="soft_time_limit=1, time_limit=2"))

    job = wait_until_known(job_id)
    assert (job.state, job.error["kind"]) == (JobState.FAILED, "timeout")
    assert outcomes_of(job_id) == ["timed_out"]
    let_go()
    wait_until(submit_ping(), JobState.SUCCEEDED)
