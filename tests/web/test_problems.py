"""Refusals and failures: one shape, a sentence each, and nothing that should stay inside."""

import logging
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.testclient import TestClient

from core.errors import Conflict
from tests.web.conftest import Tokens
from tests.web.entry import PASSWORD, local_client
from web.auth.roles import Role
from web.auth.table import TABLE
from web.body_limit import LIMIT

FIELDS = {"type", "title", "status", "detail", "code"}


def failing(app: FastAPI, error: Exception) -> None:
    def fail() -> None:
        raise error

    app.add_api_route("/api/fail", fail)
    TABLE["GET", "/api/fail"] = Role.VIEWER


@pytest.fixture(autouse=True)
def put_table_back() -> Any:
    yield
    TABLE.pop(("GET", "/api/fail"), None)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        pytest.param(Conflict("Two of them."), 409, "Conflict", id="expected"),
        pytest.param(OperationalError("SELECT secret", {}, Exception("host=db")), 503, "Unavailable", id="database"),
        pytest.param(IntegrityError("INSERT secret", {}, Exception("dup")), 500, "InternalError", id="our mistake"),
        pytest.param(ZeroDivisionError("secret"), 500, "InternalError", id="unexpected"),
    ],
)
def test_whatever_is_raised_becomes_a_problem(
    app: FastAPI, viewer: TestClient, error: Exception, status: int, code: str
):
    failing(app, error)
    answer = viewer.get("/api/fail")
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (set(body), body["status"], answer.status_code, body["code"]) == (FIELDS, status, status, code)
    assert "secret" not in answer.text
    assert "host=db" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_is_logged_under_the_id_that_is_shown(
    app: FastAPI, viewer: TestClient, caplog: pytest.LogCaptureFixture
):
    failing(app, ZeroDivisionError("deep inside"))
    logging.getLogger().addHandler(caplog.handler)
    detail = viewer.get("/api/fail").json()["detail"]
    assert any(str(record.msg.get("error_id")) in detail for record in caplog.records if isinstance(record.msg, dict))


def test_a_body_that_is_no_json_is_422(client: TestClient):
    answer = client.post("/api/jobs", content=b'{"task": ', headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body")


def test_a_form_from_another_site_is_no_json(client: TestClient):
    answer = client.post("/api/jobs", content=b'{"task":"ping"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_a_password_is_never_repeated(anonymous: TestClient):
    answer = anonymous.post("/api/auth/login", json={"username": ["x"], "password": {"oops": PASSWORD}})
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("said", [True, False], ids=["length said", "chunked"])
def test_a_body_that_is_too_large_is_413(client: TestClient, said: bool):
    body = b'{"task":"ping","payload":{"value":"' + b"x" * LIMIT + b'"}}'
    content: Any = body if said else (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    answer = client.post("/api/jobs", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "ContentTooLarge")


def test_the_database_being_away_is_503_everywhere_but_in_healthz(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection to 10.1.2.3 refused"))

    monkeypatch.setattr("sqlalchemy.orm.Session.execute", away)
    monkeypatch.setattr("sqlalchemy.orm.Session.scalar", away)
    monkeypatch.setattr("sqlalchemy.orm.Session.scalars", away)
    assert client.get("/healthz").json() == {"status": "ok"}
    refused = client.get("/api/jobs")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "database": "away", "broker": "not set", "workers": "unknown"}
    assert "10.1.2.3" not in refused.text + ready.text


def test_ready_needs_no_broker(anonymous: TestClient):
    answer = anonymous.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "up", "broker": "not set", "workers": "none"}


def test_the_callers_secrets_are_in_no_answer(app: FastAPI, token: Tokens):
    secret = token(Role.ADMIN)
    client = local_client(app, secret)
    for method, path in [key for key in TABLE if key != ("GET", "/api/stream")]:  # which never ends
        answer = client.request(method, path.replace("{", "").replace("}", ""))
        assert secret not in answer.text + str(answer.headers), path
        assert PASSWORD not in answer.text, path
