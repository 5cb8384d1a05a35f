"""Cancelling a job and running it again: over HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from jobs.finish import succeed
from jobs.payloads import PAYLOAD_LIMIT
from tests.jobs.running import set_row
from tests.web.jobs_over_http import JOBS, begin, stored, submit
from workloads.operations.contracts import Ping


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_an_unknown_job_cannot_be_acted_on(client: TestClient, verb: str):
    assert client.post(f"{JOBS}/nothing/{verb}").status_code == 404


def test_a_waiting_job_is_cancelled_at_once(client: TestClient):
    job_id = submit(client)
    answer = client.post(f"{JOBS}/{job_id}/cancel")
    assert (answer.status_code, answer.json()["state"], answer.json()["cancel_requested"]) == (202, "cancelled", True)
    again = client.post(f"{JOBS}/{job_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "AlreadyEnded")


def test_a_running_job_is_asked_to_stop(client: TestClient):
    job_id = submit(client)
    begin(job_id)
    answer = client.post(f"{JOBS}/{job_id}/cancel").json()
    assert (answer["state"], answer["cancel_requested"]) == ("running", True)


def test_running_it_again_makes_a_new_job(client: TestClient):
    job_id = submit(client, "v", project_id="acme", idempotency_key="k")
    client.post(f"{JOBS}/{job_id}/cancel")
    answer = client.post(f"{JOBS}/{job_id}/retry")
    assert answer.status_code == 202
    again = client.get(answer.headers["location"]).json()
    assert (again["retry_of"], again["state"], again["project_id"]) == (job_id, "queued", "acme")
    assert again["payload"] == client.get(f"{JOBS}/{job_id}").json()["payload"]


def test_what_has_not_ended_cannot_be_run_again(client: TestClient):
    answer = client.post(f"{JOBS}/{submit(client)}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "StillGoing")


def test_a_job_is_run_again_with_another_payload_and_linked(client: TestClient):
    job_id = submit(client, value="x", project_id="acme")
    succeed(job_id, begin(job_id), 1)
    answer = client.post(f"{JOBS}/{job_id}/retry", json={"payload": {"value": "y"}})
    again = client.get(answer.headers["location"]).json()
    assert (again["payload"]["value"], again["retry_of"], again["project_id"]) == ("y", job_id, "acme")
    assert [one["id"] for one in client.get(JOBS, params={"retry_of": job_id}).json()["items"]] == [again["id"]]


@pytest.mark.parametrize(("payload", "field"), [({"sleep_s": -1}, "payload.sleep_s"), ({"valve": 1}, "payload.valve")])
def test_a_changed_payload_is_held_against_the_contract(client: TestClient, payload: dict[str, Any], field: str):
    job_id = submit(client)
    succeed(job_id, begin(job_id), 1)
    answer = client.post(f"{JOBS}/{job_id}/retry", json={"payload": payload})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_changed_payload_may_be_no_larger_than_a_new_one(client: TestClient):
    job_id = submit(client)
    succeed(job_id, begin(job_id), 1)
    answer = client.post(f"{JOBS}/{job_id}/retry", json={"payload": {"value": "x" * PAYLOAD_LIMIT}})
    assert (answer.status_code, answer.json()["code"], stored()) == (413, "PayloadTooLarge", 1)


def test_a_payload_that_was_larger_may_be_as_large_when_it_is_changed(client: TestClient):
    """As one is with the results in it that a workflow put there."""
    job_id = submit(client)
    succeed(job_id, begin(job_id), 1)
    set_row(job_id, payload=Ping(value="x" * PAYLOAD_LIMIT).model_dump(mode="json"))
    retry = f"{JOBS}/{job_id}/retry"
    assert client.post(retry, json={"payload": {"value": "x" * (PAYLOAD_LIMIT + 1)}}).status_code == 413
    assert client.post(retry, json={"payload": {"value": "y" * PAYLOAD_LIMIT}}).status_code == 202
    assert client.post(retry).status_code == 202
