"""The overview, the queues, the workers and what is wrong with them, as the API tells it."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from core import clock
from core.queues import DEAD_LETTER_QUEUE, Queue
from tests.jobs.rows import make_job, make_jobs
from tests.jobs.running import claimed, set_worker, start_worker
from tests.jobs_seen import submit_ping


def queue_of(client: TestClient, name: str = "default") -> dict[str, object]:
    found: dict[str, object] = client.get(f"/api/queues/{name}").json()["queue"]
    return found


def alert_ids(client: TestClient) -> list[str]:
    return [one["id"] for one in client.get("/api/alerts").json()["items"]]


def test_a_new_installation_has_an_overview_of_nothing(viewer: TestClient):
    found = viewer.get("/api/overview").json()
    assert (found["ever"], found["open"], found["tasks"], found["failures"]) == (False, {}, [], [])
    assert found["workers"] == {"alive": 0, "slots": 0, "busy": 0, "lost": 0}
    assert found["spend"]["real"] == {"cost_micro_usd": None, "calls": 0, "unpriced_calls": 0}
    assert len(found["throughput"]["steps"]) == 60


def test_the_overview_tells_how_it_goes(viewer: TestClient):
    make_jobs(2, "succeeded")
    failed = make_job("failed")
    make_job("queued")
    claimed(submit_ping(), start_worker("w@host"))
    found = viewer.get("/api/overview", params={"window": "24h"}).json()
    assert found["open"] == {"queued": 1, "running": 1}
    assert sum(step["succeeded"] for step in found["throughput"]["steps"]) == 2
    assert found["throughput"]["step_seconds"] == 900
    assert [(one["id"], one["error"]["class_name"]) for one in found["failures"]] == [(failed, "ProviderBusy")]
    assert found["workers"] == {"alive": 1, "slots": 2, "busy": 1, "lost": 0}
    assert found["tasks"][0] | {"p50_ms": 0, "p95_ms": 0} == {
        "task": "ping", "succeeded": 2, "failed": 1, "p50_ms": 0, "p95_ms": 0,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/api/overview", "/api/queues/default"])
def test_a_window_that_is_none_is_refused(viewer: TestClient, path: str):
    assert viewer.get(path, params={"window": "forever"}).status_code == 422


def test_every_queue_is_listed_and_the_broker_that_is_not_set_is_said_to_be(viewer: TestClient):
    found = viewer.get("/api/queues").json()
    assert [one["name"] for one in found["items"]] == [*Queue, DEAD_LETTER_QUEUE]
    assert {(one["messages"], one["consumers"]) for one in found["items"]} == {(None, None)}
    assert found["broker"] == {"state": "not set", "reason": "No broker is set: jobs are taken and wait."}


def test_a_queue_is_unattended_when_jobs_wait_and_nobody_listens(viewer: TestClient):
    assert queue_of(viewer)["unattended"] is False
    waiting_since = clock.now() - timedelta(minutes=3)
    make_job("queued", at=waiting_since)
    found = queue_of(viewer)
    assert (found["queued"], found["unattended"], found["workers"]) == (1, True, [])
    assert str(found["oldest_queued_at"])[:19] == waiting_since.isoformat()[:19]
    start_worker("w@host")
    found = queue_of(viewer)
    assert (found["unattended"], found["workers"]) == (False, ["w@host"])


def test_a_queue_that_does_not_exist_is_404_with_a_hint(viewer: TestClient):
    answer = viewer.get("/api/queues/defualt")
    assert (answer.status_code, "'default'" in answer.json()["detail"]) == (404, True)


def test_a_worker_is_found_by_its_name_and_by_the_id_of_one_start(viewer: TestClient):
    first, second = start_worker("w@host"), start_worker("w@host")
    set_worker(first, ended_at=clock.now(), ending="dead")
    job_id = submit_ping()
    claimed(job_id, second)
    by_name, by_id = (viewer.get(f"/api/workers/{one}").json() for one in ("w@host", first))
    assert (by_name["worker"]["id"], by_name["worker"]["state"]) == (second, "alive")
    assert [one["id"] for one in by_name["running"]] == [job_id]
    assert (by_id["worker"]["id"], by_id["worker"]["state"], by_id["running"]) == (first, "lost", [])
    assert [one["id"] for one in by_id["history"]] == [second, first]
    assert viewer.get("/api/workers/nobody").status_code == 404


def test_the_workers_are_told_with_where_they_run_and_on_what(viewer: TestClient):
    start_worker("w@host")
    [worker] = viewer.get("/api/workers").json()["items"]
    assert worker["pid"] > 0
    assert " " not in worker["host"]
    assert (worker["pool"], worker["concurrency"], worker["queues"]) == ("prefork", 2, ["default"])


def test_nobody_working_is_one_alert_that_grows_worse_when_jobs_wait(viewer: TestClient):
    assert alert_ids(viewer) == ["broker-not-set", "no-worker"]
    severity = {one["id"]: one["severity"] for one in viewer.get("/api/alerts").json()["items"]}
    assert severity["no-worker"] == "warning"
    make_jobs(2, "queued")
    told = {one["id"]: one for one in viewer.get("/api/alerts").json()["items"]}["no-worker"]
    assert (told["severity"], told["message"]) == ("critical", "No worker is running, and 2 jobs wait.")


def test_a_queue_nobody_listens_to_is_an_alert_of_its_own(viewer: TestClient):
    start_worker("w@host")
    make_job("queued", queue="crawl")
    make_job("queued")
    told = {one["id"]: one for one in viewer.get("/api/alerts").json()["items"]}
    assert set(told) == {"broker-not-set", "unattended:crawl"}
    assert told["unattended:crawl"]["message"] == "No worker listens to crawl, and 1 job waits."
    assert told["unattended:crawl"]["link"] == "/queues/crawl"
