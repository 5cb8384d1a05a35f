"""Users over HTTP: added, changed, removed, by admins only; there is always an admin."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core import db, engine
from tests.web.audit.entries import only
from tests.web.entry import OWN_SITE, PASSWORD, local_client
from web.auth import passwords
from web.auth.roles import Role
from web.auth.tokens import create_token
from web.auth.users import LastAdmin, remove_user, set_role

USERS = "/api/users"


def sign_in(app: FastAPI, name: str, password: str) -> TestClient:
    client = local_client(app)
    client.headers.update(OWN_SITE)
    client.post("/api/auth/login", json={"username": name, "password": password})
    return client


def names(admin: TestClient) -> list[tuple[str, str]]:
    return [(one["name"], one["role"]) for one in admin.get(USERS).json()["items"]]


def test_a_user_is_added_with_a_password_that_is_shown_once(admin: TestClient, app: FastAPI):
    answer = admin.post(USERS, json={"name": "Olga", "role": "operator"})
    made = answer.json()
    assert (answer.status_code, made["name"], answer.headers["cache-control"]) == (201, "olga", "no-store")
    assert sign_in(app, "olga", made["password"]).get("/api/auth/me").json()["role"] == "operator"
    assert made["password"] not in admin.get(USERS).text
    assert made["password"] not in admin.get("/api/audit").text
    assert only(admin, action="create_user", via="token")["target"] == "olga"


def test_a_given_password_is_not_answered(admin: TestClient, app: FastAPI):
    made = admin.post(USERS, json={"name": "ned", "password": PASSWORD}).json()
    assert (made["password"], made["role"]) == (None, "viewer")
    assert sign_in(app, "ned", PASSWORD).get("/api/auth/me").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [({"name": "admin"}, 409), ({"name": "a b"}, 422), ({"name": "x", "password": "short"}, 422), ({}, 422)],
)
def test_what_cannot_be_is_refused(admin: TestClient, body: dict[str, str], status: int):
    assert admin.post(USERS, json=body).status_code == status
    assert names(admin) == [("admin", "admin")]


def test_another_role_is_in_force_at_the_next_request(admin: TestClient, app: FastAPI, operator_user: str):
    olga = sign_in(app, operator_user, PASSWORD)
    assert admin.patch(f"{USERS}/{operator_user}", json={"role": "viewer"}).json()["role"] == "viewer"
    assert olga.get("/api/auth/me").json()["role"] == "viewer"
    assert only(admin, action="change_role")["detail"] == {"was": "operator", "now": "viewer"}


def test_a_reset_ends_the_sessions(admin: TestClient, app: FastAPI, operator_user: str):
    olga = sign_in(app, operator_user, PASSWORD)
    made = admin.post(f"{USERS}/{operator_user}/password", json={}).json()
    assert olga.get("/api/auth/me").status_code == 401
    assert sign_in(app, operator_user, PASSWORD).get("/api/auth/me").status_code == 401
    assert sign_in(app, operator_user, made["password"]).get("/api/auth/me").status_code == 200


def test_who_is_removed_is_out_at_once_and_the_tokens_are_too(admin: TestClient, app: FastAPI, operator_user: str):
    olga = sign_in(app, operator_user, PASSWORD)
    token = local_client(app, olga.post("/api/tokens", json={"name": "ci", "role": "viewer"}).json()["token"])
    assert admin.delete(f"{USERS}/{operator_user}").status_code == 204
    assert [one.get("/api/auth/me").status_code for one in (olga, token)] == [401, 401]
    assert admin.delete(f"{USERS}/{operator_user}").status_code == 404


def test_there_is_always_an_admin_and_nobody_removes_themselves(admin: TestClient, browser: TestClient):
    assert admin.delete(f"{USERS}/admin").json()["code"] == "LastAdmin"
    assert admin.patch(f"{USERS}/admin", json={"role": "viewer"}).json()["code"] == "LastAdmin"
    admin.post(USERS, json={"name": "second", "role": "admin"})
    assert browser.delete(f"{USERS}/ADMIN", headers=OWN_SITE).json()["code"] == "OwnAccount"
    assert browser.delete(f"{USERS}/second", headers=OWN_SITE).status_code == 204


def test_a_password_is_hashed_while_others_may_write(
    admin: TestClient, browser: TestClient, operator_user: str, monkeypatch: pytest.MonkeyPatch
):
    written: list[str] = []

    def hash_and_write(password: str) -> passwords.Hashed:
        written.append(commit_a_token())
        return hash_password(password)

    hash_password = passwords.hash_password
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    engine.dispose()
    monkeypatch.setattr(passwords, "hash_password", hash_and_write)
    change = {"old": PASSWORD, "new": "another long password"}
    answers = [
        admin.post(USERS, json={"name": "ned"}),
        admin.post(f"{USERS}/{operator_user}/password", json={}),
        browser.post("/api/auth/password", json=change, headers=OWN_SITE),
    ]
    assert [one.status_code for one in answers] == [201, 200, 204]
    assert len(written) == 3


def commit_a_token() -> str:
    """What any other process may be doing."""
    with db.writing() as session:
        return create_token(session, "beside", Role.VIEWER).secret


def demote(session: Session, name: str) -> None:
    set_role(session, name, Role.VIEWER)


@pytest.mark.parametrize("leave", [demote, remove_user])
def test_two_admins_cannot_go_at_the_same_moment(admin: TestClient, leave: Callable[[Session, str], None]):
    def go(name: str) -> None:
        with db.writing() as session:
            leave(session, name)

    admin.post(USERS, json={"name": "second", "role": "admin"})
    with ThreadPoolExecutor(1) as pool:
        with db.writing() as session:
            leave(session, "admin")
            session.flush()
            other = pool.submit(go, "second")
            with pytest.raises(TimeoutError):  # it waits for what the first one makes of it
                other.result(timeout=0.5)
        with pytest.raises(LastAdmin):
            other.result()
    assert ("second", "admin") in names(admin)


def test_they_are_for_admins(client: TestClient, viewer: TestClient):
    assert [one.get(USERS).status_code for one in (client, viewer)] == [403, 403]
