"""API tokens: made, listed, revoked, and what they may do."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core import clock
from core.db import reading, writing
from tests.web.entry import OWN_SITE, PASSWORD, local_client
from web.auth import identify
from web.auth.models import ApiToken
from web.auth.roles import Role
from web.auth.tokens import create_token
from web.auth.users import set_role

TOKENS = "/api/tokens"


@pytest.fixture
def olga(app: FastAPI, operator_user: str) -> TestClient:
    """An operator at the panel."""
    client = local_client(app)
    client.headers.update(OWN_SITE)
    client.post("/api/auth/login", json={"username": operator_user, "password": PASSWORD})
    return client


def names(client: TestClient) -> list[str]:
    return [one["name"] for one in client.get(TOKENS).json()["items"]]


def make(client: TestClient, name: str = "ci", role: str = "viewer", **more: object) -> dict[str, str]:
    answer = client.post(TOKENS, json={"name": name, "role": role, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def test_a_token_is_shown_once_and_opens_the_door(app: FastAPI, olga: TestClient):
    made = make(olga, role="operator")
    assert made["token"].startswith("slip_")
    assert len(made["token"]) > 40
    assert local_client(app, made["token"]).get("/api/auth/me").json()["role"] == "operator"
    listed = olga.get(TOKENS)
    assert made["token"] not in listed.text
    assert set(listed.json()["items"][0]) == {"id", "name", "role", "created_at", "last_used_at", "expires_at"}


def test_the_database_does_not_hold_the_token(olga: TestClient):
    made = make(olga)
    with reading() as session:
        stored = session.get(ApiToken, made["id"])
        assert stored is not None
        assert made["token"] not in {str(value) for value in vars(stored).values()}


def test_nobody_makes_a_token_above_their_own_role(olga: TestClient):
    answer = olga.post(TOKENS, json={"name": "x", "role": "admin"})
    assert (answer.status_code, answer.json()["code"]) == (403, "RoleTooHigh")


def test_people_see_and_revoke_their_own_and_an_admin_all(olga: TestClient, admin: TestClient, app: FastAPI):
    made = make(olga, "olga's")
    other = make(admin, "admin's")
    assert names(olga) == ["olga's"]
    assert {"olga's", "admin's"} <= set(names(admin))
    assert olga.delete(f"{TOKENS}/{other['id']}").status_code == 404
    assert admin.delete(f"{TOKENS}/{made['id']}").status_code == 204
    assert local_client(app, made["token"]).get("/api/auth/me").status_code == 401


def test_a_token_of_a_token_ends_with_it(olga: TestClient, app: FastAPI):
    soon = clock.now() + timedelta(hours=1)
    parent = make(olga, "parent", "operator", expires_at=soon.isoformat())
    child = make(local_client(app, parent["token"]), "child")
    assert child["expires_at"] == parent["expires_at"]
    olga.delete(f"{TOKENS}/{parent['id']}")
    assert local_client(app, child["token"]).get("/api/auth/me").status_code == 401


def test_a_token_sees_and_revokes_itself_and_what_it_has_made(olga: TestClient, viewer: TestClient, admin: TestClient):
    """Neither the others that nobody owns, nor its owner's others: one that leaks must not end them all."""
    hers = make(olga, "hers")
    program = local_client(olga.app, make(olga, "program")["token"])  # type: ignore[arg-type]  # ours is a FastAPI
    child = make(program, "child")
    assert names(viewer) == ["test viewer"]
    assert names(program) == ["child", "program"]
    for other in (hers["id"], *(one["id"] for one in admin.get(TOKENS).json()["items"] if one["name"] == "test admin")):
        assert [client.delete(f"{TOKENS}/{other}").status_code for client in (viewer, program)] == [404, 404]
    assert program.delete(f"{TOKENS}/{child['id']}").status_code == 204


def test_nobodys_token_passes_for_another_in_the_audit_log(olga: TestClient, app: FastAPI):
    """Whatever it is called, its owner's name comes first, and it fits where names are kept."""
    for name in ("test admin", "n" * 100):
        program = local_client(app, make(olga, name, "operator")["token"])
        assert program.get("/api/auth/me").json()["username"] == f"token:olga/{name}"
        job = program.post("/api/jobs", json={"task": "ping"}).json()["job_id"]
        assert program.get(f"/api/jobs/{job}").json()["submitted_by"] == f"token:olga/{name}"


def test_a_token_expires(anonymous: TestClient, app: FastAPI):
    with writing() as session:
        made = create_token(session, "short", Role.ADMIN, expires_at=clock.now() + timedelta(hours=1))
        session.flush()
        made.row.expires_at = clock.now() - timedelta(seconds=1)
    assert local_client(app, made.secret).get("/api/auth/me").status_code == 401


@pytest.mark.parametrize("moment", ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00"])
def test_an_end_in_the_past_or_without_a_zone_is_refused(olga: TestClient, moment: str):
    answer = olga.post(TOKENS, json={"name": "x", "role": "viewer", "expires_at": moment})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "expires_at")


def test_a_token_never_does_more_than_its_owner_may_now(olga: TestClient, app: FastAPI, operator_user: str):
    made = make(olga, role="operator")
    with writing() as session:
        set_role(session, operator_user, Role.VIEWER)
    assert local_client(app, made["token"]).get("/api/auth/me").json()["role"] == "viewer"


def test_its_use_is_noted_but_not_at_every_request(olga: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch):
    client = local_client(app, make(olga)["token"])
    noted: list[str] = []
    real = identify.note_use
    monkeypatch.setattr(identify, "note_use", lambda token_id: noted.append(token_id) or real(token_id))
    for _ in range(3):
        client.get("/api/auth/me")
    assert len(noted) == 1
    assert olga.get(TOKENS).json()["items"][0]["last_used_at"] is not None


def test_the_list_is_paged(admin: TestClient):
    for number in range(4):
        make(admin, f"t{number}")
    first = admin.get(TOKENS, params={"limit": 2}).json()
    second = admin.get(TOKENS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in first["items"] + second["items"]] == ["t3", "t2", "t1", "t0"]
