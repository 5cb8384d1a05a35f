"""Who may do what: the table, the door, and every route there is."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.web.conftest import Tokens
from tests.web.entry import local_client
from tests.web.paths import filled
from web.app import create_app
from web.auth.door import is_own
from web.auth.roles import Role
from web.auth.table import PUBLIC, TABLE, access_to, methods_of

MEANT_FOR_EVERYBODY = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/api/auth/mode"),
    ("POST", "/api/auth/login"),
    ("GET", "/api/auth/oauth/start"),
    ("GET", "/api/auth/oauth/callback"),
}
CLOSED = sorted(key for key, access in TABLE.items() if access != PUBLIC)


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    found = {(method, str(one.path)) for one in iter_route_contexts(app.routes) for method in one.methods or ()}
    return {(method, path) for method, path in found if method != "HEAD"}


def test_the_table_names_every_route_and_nothing_else():
    assert routes_of(create_app()) == set(TABLE)


def test_only_what_is_meant_for_everybody_is_public():
    assert {key for key, access in TABLE.items() if access == PUBLIC} == MEANT_FOR_EVERYBODY


def test_every_route_lies_where_the_panel_cannot_stand_in_for_it():
    assert [path for _, path in TABLE if not is_own(path)] == []


def test_every_route_refuses_without_credentials(anonymous: TestClient):
    answers = {key: anonymous.request(key[0], filled(key[1])).status_code for key in CLOSED}
    assert answers == dict.fromkeys(CLOSED, 401)


@pytest.mark.parametrize("value", ["Bearer slip_made_up", "Bearer ", "Bearer", "bearer x y", "Bearer é"])
def test_every_route_refuses_a_wrong_token(anonymous: TestClient, value: str):
    headers = {"Authorization": value.encode()}
    answers = {key: anonymous.request(key[0], filled(key[1]), headers=headers).status_code for key in CLOSED}
    assert answers == dict.fromkeys(CLOSED, 401)


def test_a_stranger_does_not_learn_which_addresses_exist(anonymous: TestClient):
    for method, path in [("GET", "/api/nothing"), ("POST", "/"), ("DELETE", "/healthz"), ("GET", "/flower/x")]:
        assert anonymous.request(method, path).status_code == 401


def test_every_route_refuses_a_role_that_is_too_low(app: FastAPI, token: Tokens):
    clients = {role: local_client(app, token(role)) for role in Role}
    for (method, path), access in TABLE.items():
        for role in [role for role in Role if access != PUBLIC and not role.covers(Role(access))]:
            answer = clients[role].request(method, filled(path))
            assert (answer.status_code, answer.json()["code"]) == (403, "Forbidden"), (method, path, role)


def test_a_route_that_was_forgotten_in_the_table_cannot_be_reached(app: FastAPI, token: Tokens):
    app.add_api_route("/api/forgotten", lambda: "secret")
    app.add_api_route("/forgotten", lambda: "secret")
    client = local_client(app, token(Role.ADMIN))
    assert client.get("/api/forgotten").status_code == 404
    assert "secret" not in client.get("/forgotten").text


def test_an_address_under_another_method_names_those_that_it_takes(admin: TestClient):
    answer = admin.put("/api/jobs")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_head_is_let_in_as_get_is():
    assert access_to("HEAD", "/api/docs") is Role.VIEWER


def test_an_identifier_does_not_swallow_a_slash():
    assert access_to("GET", "/api/jobs/a/b") is None
    assert access_to("GET", "/api/jobs/") is None
    assert methods_of("/api/jobs/1/cancel") == ["POST"]


def test_roles_contain_each_other():
    assert [one.covers(other) for one in Role for other in Role] == [1, 0, 0, 1, 1, 0, 1, 1, 1]


def test_a_websocket_is_refused(anonymous: TestClient):
    with pytest.raises(WebSocketDisconnect) as closed, anonymous.websocket_connect("/api/stream"):
        pass
    assert closed.value.code == 1008


def test_the_panel_is_public(app: FastAPI, tmp_path: Path):
    (tmp_path / "index.html").write_text("<p>panel</p>")
    client = local_client(create_app(panel_directory=tmp_path))
    assert client.get("/jobs/some-id").text == "<p>panel</p>"


def test_a_nul_in_an_address_is_refused_with_a_sentence_whatever_the_database(admin: TestClient):
    """PostgreSQL refuses such a text with an error that would be taken for a fault of ours."""
    answers = {key: admin.request(key[0], f"{filled(key[1])}/%00").status_code for key in CLOSED}
    assert answers == dict.fromkeys(CLOSED, 422)
    refused = [admin.get(f"/api/{listed}?q=%00") for listed in ("jobs", "workflows", "projects", "audit")]
    assert {answer.json()["detail"] for answer in refused} == {"The address holds a NUL character (%00): leave it out."}
