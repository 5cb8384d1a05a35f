"""What is read straight into its model is answered as if FastAPI had read it."""

import pytest
from starlette.testclient import TestClient

from tests.web.jobs_over_http import JOBS

TEXTS = [
    b"",
    b"{",
    b"null",
    b"[1]",
    b"\xff",
    b'{"task": "ping", "payload": {"value": "\\ud800"}}',
    b'{"task": "ping", "payload": {"value": "\\u0000"}}',
    b'{"task": "pi\\u0000ng"}',
    b'{"task": "ping", "payload": 7}',
    b'{"task": "ping", "eta": "2030-01-01T00:00:00"}',
    b'{"task": "ping", "eta": "2030-01-01T00:00:00Z", "expires_at": "2029-01-01T00:00:00Z"}',
    b'{"task": "ping", "unknown": 1}',
    b'{"task": "ping", "idempotency_key": ""}',
    b'{"task": "ping", "payload": {"value": 123456789012345678901234567890}}',
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_body_is_refused_in_the_same_words_whichever_way_it_is_read(client: TestClient, text: bytes):
    straight, usual = (
        client.post(JOBS, content=text, headers={"Content-Type": kind})
        for kind in ("application/json", "application/json; charset=utf-8")
    )
    assert (straight.status_code, straight.json()) == (usual.status_code, usual.json())
    assert straight.status_code in (400, 422)


def test_what_is_taken_is_taken_either_way(client: TestClient):
    text = b'{"task": "ping", "payload": {"value": [1.5, "\\u00e9", null]}, "eta": "2099-01-01T00:00:00+02:00"}'
    for kind in ("application/json", "application/problem+json"):
        answer = client.post(JOBS, content=text, headers={"Content-Type": kind})
        job = client.get(answer.headers["location"]).json()
        assert (answer.status_code, answer.headers["content-type"]) == (202, "application/json")
        assert (job["state"], job["payload"]["value"]) == ("scheduled", [1.5, "é", None])
        assert job["due_at"].startswith("2098-12-31T22:00:00")


def test_text_that_is_not_said_to_be_json_is_none(client: TestClient):
    answer = client.post(JOBS, content=b'{"task": "ping"}', headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (422, "InvalidRequest")
