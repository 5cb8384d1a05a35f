"""The broker goes away and comes back; work is taken all the while."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.broker import PrivateBroker
from tests.conftest import StartWorker
from tests.jobs_seen import wait_until_ended
from tests.slipway import Slipway
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos


@pytest.fixture
def slipway(tmp_path: Path, sqlite_database: str, broker_of_its_own: PrivateBroker) -> Iterator[Slipway]:
    """On a broker that the test may stop."""
    whole = Slipway(tmp_path)
    whole.start_web()
    yield whole
    whole.end()


def test_fifty_submits_while_the_broker_is_stopped_are_accepted_and_all_run_when_it_is_back(
    slipway: Slipway, broker_of_its_own: PrivateBroker, start_worker: StartWorker
) -> None:
    start_worker()
    broker_of_its_own.stop()

    answers = [
        slipway.client.post("/api/jobs", json={"task": "ping", "payload": {"value": n}}).status_code for n in range(50)
    ]
    ready = slipway.client.get("/readyz")
    broker_of_its_own.start()

    assert answers == [202] * 50
    assert (ready.status_code, ready.json()["database"]) == (200, "up")
    assert ready.json()["broker"] != "up"
    assert wait_until_ended(timeout=90) == {"succeeded": 50}


def test_a_job_waited_for_is_answered_although_no_event_can_be_sent(
    slipway: Slipway, broker_of_its_own: PrivateBroker, start_worker: StartWorker
) -> None:
    start_worker()
    job_id = slipway.post("/api/jobs", {"task": "ping", "payload": {"sleep_s": 600}})["job_id"]
    wait_for(lambda: slipway.get(f"/api/jobs/{job_id}")["state"] == "running", what="the job to run")
    broker_of_its_own.stop()

    slipway.client.post(f"/api/jobs/{job_id}/cancel").raise_for_status()

    assert slipway.wait_for_job(job_id)["state"] == "cancelled"
