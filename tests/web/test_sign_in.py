"""Passwords, sessions, cookies, and proof that a request comes from our own pages."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core import clock
from core.db import reading, writing
from tests.web.entry import OWN_SITE, PASSWORD, local_client
from web.auth import passwords_tried, throttle
from web.auth.models import UserSession
from web.auth.passwords import hash_password
from web.auth.roles import Role
from web.auth.users import set_password, set_role

LOGIN = "/api/auth/login"
GOOD = {"username": "admin", "password": PASSWORD}


def sign_in(client: TestClient, **changes: str) -> int:
    return client.post(LOGIN, json=GOOD | changes).status_code


@pytest.fixture(autouse=True)
def no_delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Sign-in does not really wait; answers the delays that were asked for."""
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(passwords_tried, "sleep", note)
    return waited


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(anonymous: TestClient):
    answer = anonymous.post(LOGIN, json=GOOD)
    assert answer.json() == {"username": "admin", "role": "admin"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("slipway=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_on_https_the_cookie_is_bound_to_the_host(app: FastAPI, anonymous: TestClient):
    client = local_client(app, scheme="https")
    cookie = client.post(LOGIN, json=GOOD).headers["set-cookie"]
    assert cookie.startswith("__Host-slipway=")
    assert {"Secure", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    assert client.get("/api/auth/me").status_code == 200


def test_the_database_does_not_hold_what_the_cookie_holds(browser: TestClient):
    with reading() as session:
        stored = session.query(UserSession).one().token_hash
    assert stored != browser.cookies["slipway"]
    assert len(stored) == 64


def test_me_says_who_and_how(browser: TestClient, client: TestClient):
    assert browser.get("/api/auth/me").json() == {"username": "admin", "role": "admin", "via": "session"}
    assert client.get("/api/auth/me").json() == {
        "username": "token:test operator",
        "role": "operator",
        "via": "token",
    }


def test_the_mode_is_public(anonymous: TestClient):
    assert anonymous.get("/api/auth/mode").json() == {"mode": "basic", "provider": None, "sign_out_url": None}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"password": "wrong"}, id="wrong password"),
        pytest.param({"username": "nobody"}, id="unknown user"),
        pytest.param({"password": ""}, id="empty password"),
        pytest.param({"password": "x" * 999}, id="very long password"),
    ],
)
def test_wrong_credentials_are_refused_in_the_same_words(anonymous: TestClient, changes: dict[str, str]):
    answer = anonymous.post(LOGIN, json=GOOD | changes)
    assert (answer.status_code, answer.json()["detail"]) == (401, "Name or password is wrong.")
    assert "set-cookie" not in answer.headers


def test_a_name_may_be_typed_in_any_case(anonymous: TestClient):
    assert sign_in(anonymous, username=" Admin ") == 200


def test_an_unknown_user_costs_a_hash_as_well(anonymous: TestClient, monkeypatch: pytest.MonkeyPatch):
    seen: list[str | None] = []
    real = passwords_tried.verify_password
    monkeypatch.setattr(
        passwords_tried, "verify_password", lambda given, stored: seen.append(stored) or real(given, stored)
    )
    sign_in(anonymous, username="nobody")
    assert seen == [None]


def test_failures_are_delayed_and_then_refused(anonymous: TestClient, no_delays: list[float]):
    answers = [sign_in(anonymous, password="wrong") for _ in range(throttle.LIMIT)]
    assert answers == [401] * throttle.LIMIT
    assert no_delays[:5] == [0, 0, 0.25, 0.5, 1.0]
    refused = anonymous.post(LOGIN, json=GOOD)
    assert (refused.status_code, refused.json()["code"]) == (429, "TooManyAttempts")
    assert 0 < int(refused.headers["retry-after"]) <= throttle.WINDOW


def test_failures_of_one_user_do_not_lock_out_another(anonymous: TestClient, operator_user: str):
    for _ in range(throttle.LIMIT):
        sign_in(anonymous, password="wrong")
    assert sign_in(anonymous, username=operator_user) == 200


def test_a_success_forgets_the_failures(anonymous: TestClient, no_delays: list[float]):
    for _ in range(4):
        sign_in(anonymous, password="wrong")
    assert sign_in(anonymous) == 200
    no_delays.clear()
    sign_in(anonymous, password="wrong")
    assert no_delays == [0]


def test_many_names_from_one_address_are_refused_too():
    watch = throttle.Throttle()
    for number in range(throttle.ADDRESS_LIMIT):
        watch.attempt(f"user {number}", "10.0.0.1")
    with pytest.raises(throttle.TooManyAttempts):
        watch.attempt("one more", "10.0.0.1")
    assert watch.attempt("one more", "10.0.0.2") == 0


def test_one_line_has_many_addresses_of_ipv6_and_counts_as_one():
    watch = throttle.Throttle()
    for number in range(throttle.LIMIT):
        watch.attempt("ann", f"2001:db8:0:1::{number:x}")
    with pytest.raises(throttle.TooManyAttempts):
        watch.attempt("ann", "2001:db8:0:1:ffff::1")
    assert watch.attempt("ann", "2001:db8:0:2::1") == watch.attempt("ann", "::ffff:10.0.0.1") == 0
    assert watch.attempt("ann", "10.0.0.1") == 0
    watch.succeeded("ann", "2001:db8:0:1::77")
    assert watch.attempt("ann", "2001:db8:0:1::78") == 0


def test_signing_out_ends_the_session_on_the_server(app: FastAPI, browser: TestClient):
    stolen = browser.cookies["slipway"]
    answer = browser.post("/api/auth/logout", headers=OWN_SITE)
    assert (answer.status_code, browser.cookies.get("slipway")) == (204, None)
    thief = local_client(app)
    thief.cookies.set("slipway", stolen)
    assert thief.get("/api/auth/me").status_code == 401


def test_a_session_expires(browser: TestClient):
    with writing() as session:
        session.query(UserSession).update({"expires_at": clock.now() - timedelta(seconds=1)})
    assert browser.get("/api/auth/me").status_code == 401


def test_a_new_password_ends_the_sessions(browser: TestClient):
    with writing() as session:
        set_password(session, "admin", hash_password("another long password"))
    assert browser.get("/api/auth/me").status_code == 401


def test_a_new_role_is_in_force_at_the_next_request(app: FastAPI, operator_user: str):
    client = local_client(app)
    sign_in(client, username=operator_user)
    with writing() as session:
        set_role(session, operator_user, Role.VIEWER)
    assert client.post("/api/jobs", json={"task": "ping"}, headers=OWN_SITE).status_code == 403


def test_the_cookie_of_http_does_not_count_on_https(app: FastAPI, browser: TestClient):
    client = local_client(app, scheme="https")
    client.cookies.set("slipway", browser.cookies["slipway"])
    assert client.get("/api/auth/me").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 202, id="our own page"),
        pytest.param({"Sec-Fetch-Site": "none"}, 202, id="the person, by hand"),
        pytest.param({"Origin": "http://localhost"}, 202, id="an older browser on our page"),
        pytest.param({}, 403, id="no proof"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a neighbour's subdomain"),
        pytest.param({"Origin": "http://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed frame"),
        pytest.param({"Origin": "http://localhost:5173"}, 403, id="another port"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403, id="they disagree"),
    ],
)
def test_an_unsafe_request_with_a_cookie_needs_proof_of_its_origin(
    browser: TestClient, headers: dict[str, str], status: int
):
    assert browser.post("/api/jobs", json={"task": "ping"}, headers=headers).status_code == status


def test_reading_with_a_cookie_needs_no_proof(browser: TestClient):
    assert browser.get("/api/jobs", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_token_needs_no_proof(client: TestClient):
    answer = client.post("/api/jobs", json={"task": "ping"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 202


def test_another_site_cannot_sign_a_person_in(anonymous: TestClient):
    answer = anonymous.post(LOGIN, json=GOOD, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "ForeignOrigin")
    assert anonymous.post(LOGIN, json=GOOD, headers=OWN_SITE).status_code == 200


def test_a_wrong_token_is_not_made_good_by_a_cookie(browser: TestClient):
    assert browser.get("/api/auth/me", headers={"Authorization": "Bearer slip_wrong"}).status_code == 401
