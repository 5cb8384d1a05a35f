"""What is due later, over HTTP."""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from core import clock
from jobs.finish import Failure, retry_later
from jobs.states import ErrorKind
from tests.jobs_seen import job_of
from tests.web.jobs_over_http import JOBS, begin, submit

SCHEDULED = "/api/scheduled"


def later(client: TestClient, **time: float) -> str:
    return submit(client, eta=(clock.now() + timedelta(**time)).isoformat())


def listed(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(SCHEDULED, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_retry_stands_in_the_list_with_its_reason(client: TestClient, viewer: TestClient):
    tomorrow, retried = later(client, days=1), submit(client)
    busy = Failure(class_name="Busy", message="provider is busy", kind=ErrorKind.TRANSIENT)
    retry_later(retried, begin(retried), busy, clock.now() + timedelta(minutes=1))
    found = listed(viewer)
    assert [(one["id"], one["state"]) for one in found] == [(retried, "retrying"), (tomorrow, "scheduled")]
    assert found[0]["error"]["message"] == "provider is busy"
    assert [one["id"] for one in listed(viewer, state="scheduled")] == [tomorrow]
    assert client.get(SCHEDULED, params={"state": "running"}).status_code == 422


def test_running_now_is_done_once_recorded_and_wakes_the_dispatcher(
    client: TestClient, viewer: TestClient, admin: TestClient, app: FastAPI
):
    woken: list[bool] = []
    job_id = later(client, days=1)
    app.state.wake_dispatcher = lambda: woken.append(True)
    assert viewer.post(f"{JOBS}/{job_id}/run-now").status_code == 403
    answer = client.post(f"{JOBS}/{job_id}/run-now")
    assert (answer.status_code, woken) == (202, [True])
    due = job_of(job_id).due_at
    assert due is not None
    assert due <= clock.now()
    kinds = [one["kind"] for one in client.get(f"{JOBS}/{job_id}/events").json()["items"]]
    assert kinds == ["submitted", "run_now"]
    [entry] = admin.get("/api/audit", params={"action": "run_job_now", "result": "ok"}).json()["items"]
    assert entry["target"] == job_id


def test_what_does_not_wait_for_its_time_is_refused_in_a_sentence(client: TestClient):
    waiting = submit(client)
    answer = client.post(f"{JOBS}/{waiting}/run-now")
    assert (answer.status_code, answer.json()["code"]) == (409, "NotDueLater")
    assert "this one is queued" in answer.json()["detail"]
    assert client.post(f"{JOBS}/nothing/run-now").status_code == 404


def test_many_are_let_run_and_each_is_answered_for(client: TestClient):
    scheduled, waiting = later(client, days=1), submit(client)
    answer = client.post(f"{JOBS}/bulk", json={"action": "run_now", "ids": [scheduled, waiting, "nothing"]})
    outcomes = {item["job_id"]: item["outcome"] for item in answer.json()["items"]}
    assert outcomes == {scheduled: "due", waiting: "refused", "nothing": "refused"}
    found = client.post(f"{JOBS}/bulk", json={"action": "run_now", "filter": {"task": "ping"}, "dry_run": True})
    assert found.json()["matched"] == 1
