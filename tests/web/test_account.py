"""One's own password and sessions."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.db import reading, writing
from core.settings import get_settings
from tests.web.entry import OWN_SITE, PASSWORD, local_client
from web.auth import passwords_tried, throttle
from web.auth.models import UserSession

NEW = "another long password"
CHANGE = {"old": PASSWORD, "new": NEW}


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_seconds: float) -> None:
        """Waits for nothing."""

    monkeypatch.setattr(passwords_tried, "sleep", at_once)


def signed_in(app: FastAPI, name: str = "admin", password: str = PASSWORD, agent: str = "Firefox") -> TestClient:
    client = local_client(app)
    client.headers["User-Agent"] = agent
    assert client.post("/api/auth/login", json={"username": name, "password": password}).status_code == 200
    client.headers.update(OWN_SITE)
    return client


def works(client: TestClient) -> bool:
    return client.get("/api/auth/me").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one_under_a_new_cookie(
    app: FastAPI, browser: TestClient
):
    other, here = signed_in(app), signed_in(app)
    before = here.cookies["slipway"]
    assert here.post("/api/auth/password", json=CHANGE).status_code == 204
    assert (works(here), works(other), works(browser)) == (True, False, False)
    assert here.cookies["slipway"] != before
    assert signed_in(app, password=NEW)


def test_the_old_password_is_asked_for(app: FastAPI, anonymous: TestClient):
    here = signed_in(app)
    answer = here.post("/api/auth/password", json=CHANGE | {"old": "a guess"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "old")
    assert works(here)
    assert signed_in(app)


def test_guessing_the_old_password_is_throttled_as_signing_in_is(app: FastAPI, anonymous: TestClient):
    here = signed_in(app)
    guesses = [here.post("/api/auth/password", json=CHANGE | {"old": f"guess {n}"}) for n in range(throttle.LIMIT + 1)]
    assert [one.status_code for one in guesses] == [422] * throttle.LIMIT + [429]
    assert here.post("/api/auth/password", json=CHANGE).status_code == 429


@pytest.mark.parametrize("new", ["short", "changeme", "x" * 201])
def test_a_new_password_must_be_fit(app: FastAPI, anonymous: TestClient, new: str):
    here = signed_in(app)
    assert here.post("/api/auth/password", json=CHANGE | {"new": new}).status_code == 422
    assert signed_in(app)


def test_a_password_cannot_be_changed_from_another_site(app: FastAPI, anonymous: TestClient):
    here = signed_in(app)
    assert here.post("/api/auth/password", json=CHANGE, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_token_has_no_password_and_no_sessions(client: TestClient):
    assert client.post("/api/auth/password", json=CHANGE).json()["code"] == "NoSession"
    assert client.get("/api/auth/sessions").json()["code"] == "NoSession"


def test_sessions_are_shown_to_their_owner_alone(app: FastAPI, anonymous: TestClient, operator_user: str):
    signed_in(app, agent="Safari")
    here = signed_in(app, agent="x" * 999 + "\x00")
    signed_in(app, operator_user)
    shown = here.get("/api/auth/sessions").json()["items"]
    assert [(one["user_agent"], one["current"], one["address"]) for one in shown] == [
        ("x" * 300, True, "127.0.0.1"),
        ("Safari", False, "127.0.0.1"),
    ]
    assert "token" not in str(shown)


def test_a_session_is_ended_by_its_owner(app: FastAPI, anonymous: TestClient, operator_user: str):
    lost, here, stranger = signed_in(app), signed_in(app), signed_in(app, operator_user)
    ids = {one["current"]: one["id"] for one in here.get("/api/auth/sessions").json()["items"]}
    assert stranger.delete(f"/api/auth/sessions/{ids[False]}").status_code == 404
    assert here.delete(f"/api/auth/sessions/{ids[False]}").status_code == 204
    assert (works(lost), works(here), works(stranger)) == (False, True, True)


def test_signing_out_everywhere_leaves_others_alone(app: FastAPI, anonymous: TestClient, operator_user: str):
    lost, here, stranger = signed_in(app), signed_in(app), signed_in(app, operator_user)
    assert here.delete("/api/auth/sessions").status_code == 204
    assert (works(lost), works(here), works(stranger)) == (False, False, True)


def test_signing_in_takes_no_session_over_from_before(app: FastAPI, anonymous: TestClient):
    """Whoever planted a cookie in a browser must not share the session that begins there."""
    here = signed_in(app)
    planted = here.cookies["slipway"]
    assert here.post("/api/auth/login", json={"username": "admin", "password": PASSWORD}).status_code == 200
    thief = local_client(app)
    thief.cookies.set("slipway", planted)
    assert here.cookies["slipway"] != planted
    assert not works(thief)


def test_a_session_counts_in_the_mode_that_it_was_begun_in(
    app: FastAPI, browser: TestClient, monkeypatch: pytest.MonkeyPatch
):
    with writing() as session:
        session.query(UserSession).update({"mode": "oauth"})
    assert not works(browser)


def test_where_the_panel_is_public_on_https_its_cookie_is_secure(
    app: FastAPI, anonymous: TestClient, monkeypatch: pytest.MonkeyPatch
):
    """Also when the proxy that ends TLS does not say so."""
    monkeypatch.setenv("PUBLIC_URL", "https://slipway.example.com")
    get_settings.cache_clear()
    answer = anonymous.post("/api/auth/login", json={"username": "admin", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-slipway=")
    assert "Secure" in answer.headers["set-cookie"]


def test_the_last_use_of_a_session_is_noted(browser: TestClient):
    browser.get("/api/auth/me")
    with reading() as session:
        row = session.query(UserSession).one()
    assert row.last_seen_at >= row.created_at
