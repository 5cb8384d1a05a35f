"""Many jobs with one request: all of them, or none."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.jobs_over_http import JOBS, stored, submit
from web.routes.schemas import BATCH_LIMIT

BATCH = "/api/jobs/batch"


def order(value: str, **more: Any) -> dict[str, Any]:
    return {"task": "ping", "payload": {"value": value}, **more}


def test_a_batch_is_answered_in_its_order(client: TestClient):
    answer = client.post(BATCH, json={"jobs": [order(f"v{number}") for number in range(1_200)]})
    assert answer.status_code == 202
    ids = [one["job_id"] for one in answer.json()["items"]]
    assert len(set(ids)) == stored() == 1_200
    assert client.get(f"{JOBS}/{ids[777]}").json()["payload"]["value"] == "v777"


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        pytest.param({"task": "pimg", "payload": {}}, 404, "jobs.1", id="unknown task"),
        pytest.param({"task": "ping", "payload": {"sleep_s": "x"}}, 422, "jobs.1.payload.sleep_s", id="bad payload"),
        pytest.param({"task": "ping", "eta": "x"}, 422, "jobs.1.eta", id="bad time"),
        pytest.param(order("other", idempotency_key="taken"), 409, "jobs.1", id="key reused"),
    ],
)
def test_a_batch_is_taken_whole_or_not_at_all(client: TestClient, wrong: dict[str, Any], status: int, field: str):
    submit(client, idempotency_key="taken")
    answer = client.post(BATCH, json={"jobs": [order("a"), wrong, order("c")]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert stored() == 1


def test_a_batch_may_name_one_key_twice(client: TestClient):
    answer = client.post(BATCH, json={"jobs": [order("a", idempotency_key="k"), order("a", idempotency_key="k")]})
    first, second = answer.json()["items"]
    assert first == second
    assert stored() == 1


@pytest.mark.parametrize("count", [0, BATCH_LIMIT + 1])
def test_a_batch_has_one_to_ten_thousand_jobs(client: TestClient, count: int):
    answer = client.post(BATCH, json={"jobs": [{"task": "ping"}] * count})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "jobs")
