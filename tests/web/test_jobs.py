"""Submitting and looking: over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from core import clock
from core.text import DEEPEST
from jobs.finish import Failure, fail, succeed
from jobs.states import ErrorKind
from tests.nested import nested
from tests.web.jobs_over_http import JOBS, begin, stored, submit
from web.routes.schemas import JobOut

PROMISED = {
    "id", "task", "queue", "state", "project_id", "payload", "result", "error", "attempt", "retries", "progress",
    "worker", "submitted_by", "retry_of", "parent_id", "idempotency_key", "cancel_requested", "due_at", "created_at",
    "queued_at", "started_at", "ended_at", "updated_at", "webhook_host", "hidden",
    "slices", "state_bytes", "expires_at", "result_expired_at", "held", "workflow_id", "node_key",
    "dead_letter", "omitted",
}  # fmt: skip


def test_a_job_is_accepted_and_then_shown(client: TestClient):
    answer = client.post(JOBS, json={"task": "ping", "payload": {"value": "hello"}, "project_id": "acme"})
    accepted = answer.json()
    assert (answer.status_code, set(accepted), accepted["state"]) == (202, {"job_id", "state"}, "queued")
    assert answer.headers["location"] == f"/api/jobs/{accepted['job_id']}"
    job = client.get(answer.headers["location"]).json()
    assert set(job) == PROMISED
    assert (job["task"], job["queue"], job["project_id"]) == ("ping", "default", "acme")
    assert job["payload"]["value"] == "hello"
    assert (job["attempt"], job["cancel_requested"], job["ended_at"]) == (0, False, None)


def test_a_payload_is_stored_as_deep_as_it_may_be_and_a_deeper_one_is_refused(client: TestClient):
    """The payload itself is one level, and a batch writes it among others."""
    deepest, too_deep = ({"task": "ping", "payload": {"value": nested(levels)}} for levels in (DEEPEST - 1, DEEPEST))

    job_id = client.post(JOBS, json=deepest).json()["job_id"]
    batch = client.post(f"{JOBS}/batch", json={"jobs": [deepest, deepest]})
    refused = client.post(JOBS, json=too_deep)

    assert client.get(f"{JOBS}/{job_id}").json()["payload"]["value"] == nested(DEEPEST - 1)
    assert (batch.status_code, client.get(JOBS).status_code) == (202, 200)
    assert (refused.status_code, refused.json()["code"]) == (422, "InvalidPayload")
    assert f"{DEEPEST} deep" in refused.json()["detail"]


def test_every_promised_field_is_in_the_schema():
    assert set(JobOut.model_fields) == PROMISED


def test_an_unknown_task_is_404_with_the_closest_names(client: TestClient):
    answer = client.post(JOBS, json={"task": "pimg", "payload": {}})
    assert (answer.status_code, answer.json()["code"]) == (404, "UnknownTask")
    assert "Did you mean 'ping'" in answer.json()["detail"]


def test_a_bad_payload_is_422_naming_the_field_and_not_its_value(client: TestClient):
    answer = client.post(JOBS, json={"task": "ping", "payload": {"sleep_s": "my-secret"}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "payload.sleep_s")
    assert "my-secret" not in answer.text


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_know_is_422_naming_the_field(client: TestClient, number: str):
    """Python's own JSON writes such numbers; stored they would have become null."""
    job = '{"task": "ping", "payload": {"value": {"scores": [0.5, %s]}}}' % number  # noqa: UP031
    for path, text, field in (
        (JOBS, job, "payload.value.scores.1"),
        (f"{JOBS}/batch", f'{{"jobs": [{{"task": "ping"}}, {job}]}}', "jobs.1.payload.value.scores.1"),
    ):
        answer = client.post(path, content=text, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert stored() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"eta": "2026-01-01T00:00:00"}, "eta", id="a time without a zone"),
        pytest.param({"eta": "soon"}, "eta", id="no time"),
        pytest.param({"payload": [1]}, "payload", id="a payload that is no object"),
        pytest.param({"task": ""}, "task", id="an empty task"),
        pytest.param({"task": "ping\x00"}, "task", id="a NUL"),
        pytest.param({"idempotency_key": "k" * 201}, "idempotency_key", id="a long key"),
        pytest.param({"priority": 3}, "priority", id="an unknown field"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(client: TestClient, change: dict[str, Any], field: str):
    answer = client.post(JOBS, json={"task": "ping", "payload": {}} | change)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert stored() == 0


def test_a_later_job_is_scheduled(client: TestClient):
    due = (clock.now() + timedelta(hours=1)).isoformat()
    job = client.get(f"{JOBS}/{submit(client, eta=due)}").json()
    assert (job["state"], job["queued_at"]) == ("scheduled", None)
    assert job["due_at"] is not None


def test_the_same_key_and_payload_lead_to_the_same_job(client: TestClient):
    first = submit(client, idempotency_key="k")
    assert submit(client, idempotency_key="k") == first
    assert stored() == 1


def test_the_same_key_with_another_payload_is_409(client: TestClient):
    submit(client, "a", idempotency_key="k")
    answer = client.post(JOBS, json={"task": "ping", "payload": {"value": "b"}, "idempotency_key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (409, "KeyReused")


def test_a_payload_that_is_too_large_is_413(client: TestClient):
    answer = client.post(JOBS, json={"task": "ping", "payload": {"value": "x" * 300_000}})
    assert (answer.status_code, stored()) in {(413, 0), (422, 0)}  # ping may cap its value earlier


def shown(client: TestClient, **params: Any) -> list[str]:
    answer = client.get(JOBS, params=params)
    assert answer.status_code == 200, answer.text
    return [str(one["payload"]["value"]) for one in answer.json()["items"]]


def test_the_list_is_paged_without_gaps_or_repeats_while_jobs_come_in(client: TestClient):
    for number in range(5):
        submit(client, f"v{number}")
    first = client.get(JOBS, params={"limit": 2}).json()
    submit(client, "newcomer")
    second = client.get(JOBS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    third = client.get(JOBS, params={"limit": 2, "cursor": second["next_cursor"]}).json()
    values = [one["payload"]["value"] for page in (first, second, third) for one in page["items"]]
    assert values == ["v4", "v3", "v2", "v1", "v0"]
    assert third["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bnVsbA", "WzEsMl0", "WyJhIiwiYiJd", "é", "WyIyMDI2LTAxLTAxIiwiYSJd"])
def test_a_made_up_cursor_is_422(client: TestClient, cursor: str):
    answer = client.get(JOBS, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "BadCursor")


def test_the_list_is_filtered(client: TestClient):
    done, queued, other = submit(client, "done"), submit(client, "queued"), submit(client, "p", project_id="acme")
    succeed(done, begin(done), {"text": "fine"})
    client.post(f"{JOBS}/{other}/cancel")
    assert shown(client, state="queued") == ["queued"]
    assert shown(client, state=["queued", "succeeded"]) == ["queued", "done"]
    assert shown(client, project_id="acme") == ["p"]
    assert shown(client, task="ping", queue="default") == ["p", "queued", "done"]
    assert shown(client, task="pong") == []
    assert shown(client, q=queued) == ["queued"]


def test_an_unknown_state_is_422(client: TestClient):
    assert client.get(JOBS, params={"state": "done"}).json()["errors"][0]["field"].startswith("state")


@pytest.mark.parametrize(
    ("q", "found"),
    [
        pytest.param("100%", ["100% sure"], id="percent is no wildcard"),
        pytest.param("a_b", ["a_b"], id="underscore is no wildcard"),
        pytest.param('say "hi"', ['say "hi"'], id="quotes"),
        pytest.param("back\\slash", ["back\\slash"], id="backslash"),
        pytest.param("röß", ["Größe"], id="letters with marks"),
        pytest.param("SURE", ["100% sure"], id="any case"),
    ],
)
def test_text_is_found_as_it_is_typed(client: TestClient, q: str, found: list[str]):
    for value in ("100% sure", "1000", "a_b", "axb", 'say "hi"', "back\\slash", "Größe"):
        submit(client, value)
    assert shown(client, q=q) == found


def test_text_is_found_in_results_and_errors(client: TestClient):
    good, bad = submit(client, "good"), submit(client, "bad")
    succeed(good, begin(good), {"text": "needle in result"})
    fail(bad, begin(bad), Failure(class_name="E", message="needle in error", kind=ErrorKind.PERMANENT))
    assert shown(client, q="needle in result") == ["good"]
    assert shown(client, q="needle in error") == ["bad"]


@pytest.mark.parametrize("path", ["", "/events", "/attempts", "/calls"])
def test_an_unknown_job_is_404(client: TestClient, path: str):
    answer = client.get(f"{JOBS}/nothing{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "UnknownJob")


def test_every_task_is_listed_with_its_schema(client: TestClient):
    items = client.get("/api/tasks").json()["items"]
    ping = next(one for one in items if one["name"] == "ping")
    limits = {"rate_limit", "declared_rate_limit", "rate_limit_override"}
    assert (set(ping), ping["queue"]) == ({"name", "queue", "schema"} | limits, "default")
    assert "value" in ping["schema"]["properties"]


def test_a_job_may_say_until_when_it_is_to_be_begun(client: TestClient):
    at = datetime.now(UTC) + timedelta(hours=1)
    job_id = client.post(JOBS, json={"task": "ping", "expires_at": at.isoformat()}).json()["job_id"]
    shown = client.get(f"{JOBS}/{job_id}").json()
    assert datetime.fromisoformat(shown["expires_at"]) == at


@pytest.mark.parametrize("eta", [None, timedelta(hours=2)])
def test_a_job_that_could_never_begin_in_time_is_refused(client: TestClient, eta: timedelta | None):
    now = datetime.now(UTC)
    expires_at = now + (timedelta(hours=1) if eta else timedelta(seconds=-1))
    body = {"task": "ping", "expires_at": expires_at.isoformat(), "eta": (now + eta).isoformat() if eta else None}
    answer = client.post(JOBS, json=body)
    assert answer.status_code == 422
    assert "expires_at must lie in the future, and after eta" in answer.text


@pytest.mark.parametrize("name", ["eta", "expires_at"])
def test_a_moment_that_no_list_could_show_again_is_refused(client: TestClient, name: str):
    """In UTC it lies in the year 10000: PostgreSQL takes it, and Python reads no page that the job is on."""
    refused = client.post("/api/jobs", json={"task": "ping", name: "9999-12-31T23:59:59-12:00"})
    assert refused.status_code == 422
    assert "must lie between the years 1970 and 9000" in refused.json()["errors"][0]["message"]
    assert [client.get(f"/api/{listed}").status_code for listed in ("jobs", "scheduled")] == [200, 200]
    for listed in ("dead-letters?since", "dead-letters?until"):
        assert client.get(f"/api/{listed}=0001-01-01T00:00:00%2B12:00").status_code == 422


def test_many_dead_letters_may_be_run_again_slowly_but_not_for_ever(client: TestClient):
    for rate, status in ((1e-300, 422), (0.001, 200)):
        sent = {"action": "rerun", "ids": ["x"], "per_minute": rate}
        assert client.post("/api/dead-letters/bulk", json=sent).status_code == status
