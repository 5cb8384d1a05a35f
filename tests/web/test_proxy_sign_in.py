"""A proxy that signs people in: believed when it speaks to us itself, and from nowhere else."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.db import reading, writing
from core.settings import get_settings
from tests.web.entry import OWN_SITE, make_app
from web.auth.models import User
from web.auth.roles import Role
from web.auth.tokens import create_token

SECRET = "between-the-proxy-and-us"
ME = "/api/auth/me"
ANN = {"X-Forwarded-User": "Ann@example.com"}


@pytest.fixture
def app(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    for name, value in {
        "AUTH_MODE": "proxy",
        "TRUSTED_PROXIES": "127.0.0.2",
        "ROLE_MAP": "/ops=operator",
        "PROXY_ROLE_HEADER": "X-Forwarded-Groups",
        "PROXY_SIGN_OUT_URL": "/oauth2/sign_out",
    }.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    return make_app()


def client_at(app: FastAPI, address: str) -> TestClient:
    options = {"client": (address, 50_000), "raise_server_exceptions": False}
    client = TestClient(app, base_url="http://localhost", **options)
    client.portal = app.state.portal
    return client


@pytest.fixture
def proxy(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://localhost", client=("127.0.0.2", 50_000)) as client:
        app.state.portal = client.portal
        yield client


@pytest.fixture
def stranger(app: FastAPI, proxy: TestClient) -> TestClient:
    return client_at(app, "127.0.0.3")


def test_the_proxys_word_makes_a_user_with_a_role(proxy: TestClient):
    assert proxy.get(ME, headers=ANN).json() == {"username": "ann@example.com", "role": "viewer", "via": "proxy"}
    groups = ANN | {"X-Forwarded-Groups": "/dev, /ops"}
    assert proxy.get(ME, headers=groups).json()["role"] == "operator"
    with reading() as session:
        user = session.query(User).one()
    assert (user.name, user.role, user.password_hash) == ("ann@example.com", "operator", "")


def test_without_the_header_nobody_is_anybody(proxy: TestClient):
    assert proxy.get(ME).status_code == 401


@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-For": "127.0.0.2"}, {"X-Forwarded-For": "127.0.0.2:50000"}])
def test_the_header_from_elsewhere_is_ignored(stranger: TestClient, forwarded: dict[str, str]):
    assert stranger.get(ME, headers=ANN | forwarded).status_code == 401


def test_what_is_ignored_is_logged_without_the_name(app: FastAPI, proxy: TestClient, caplog: pytest.LogCaptureFixture):
    client_at(app, "127.0.0.4").get(ME, headers=ANN)
    assert "TRUSTED_PROXIES" in caplog.text
    assert "127.0.0.4" in caplog.text
    assert "ann" not in caplog.text.lower()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([("X-Forwarded-User", "ann"), ("X-Forwarded-User", "admin")], id="twice"),
        pytest.param(
            [("X-Forwarded-User", "ann"), ("X-Forwarded-Groups", "/ops"), ("X-Forwarded-Groups", "")], id="groups twice"
        ),
        pytest.param([("X-Forwarded-User", "ann, admin")], id="two names"),
        pytest.param([("X-Forwarded-User", "")], id="empty"),
        pytest.param([("X-Forwarded-User", " ")], id="blank"),
        pytest.param([("X-Forwarded-User", "ann bo")], id="a blank within"),
        pytest.param([("X-Forwarded-User", "é")], id="no ASCII"),
        pytest.param([("X_Forwarded_User", "ann")], id="underscores"),
    ],
)
def test_a_word_that_may_not_be_the_proxys_own_is_ignored(proxy: TestClient, headers: list[tuple[str, str]]):
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert proxy.get(ME, headers=raw).status_code == 401


def test_an_unsafe_request_needs_proof_of_its_origin(proxy: TestClient):
    body = {"task": "ping"}
    headers = ANN | {"X-Forwarded-Groups": "/ops"}
    assert proxy.post("/api/jobs", json=body, headers=headers).status_code == 403
    assert proxy.post("/api/jobs", json=body, headers=headers | {"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert proxy.post("/api/jobs", json=body, headers=headers | OWN_SITE).status_code == 202


def test_a_secret_is_asked_for_when_there_is_one(proxy: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PROXY_SECRET", SECRET)
    get_settings.cache_clear()
    assert proxy.get(ME, headers=ANN).status_code == 401
    assert proxy.get(ME, headers=ANN | {"X-Slipway-Proxy-Secret": "wrong"}).status_code == 401
    assert proxy.get(ME, headers=ANN | {"X-Slipway-Proxy-Secret": SECRET}).status_code == 200


def test_whom_no_rule_gives_a_role_is_told_so(proxy: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROLE_DEFAULT", "none")
    get_settings.cache_clear()
    answer = proxy.get(ME, headers=ANN)
    assert (answer.status_code, answer.json()["code"]) == (403, "NoRole")


def test_who_loses_every_role_loses_their_tokens(proxy: TestClient, monkeypatch: pytest.MonkeyPatch):
    order = {"name": "script", "role": "viewer"}
    token = proxy.post("/api/tokens", json=order, headers=ANN | OWN_SITE).json()["token"]
    monkeypatch.setenv("ROLE_DEFAULT", "none")
    get_settings.cache_clear()
    assert proxy.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 200

    assert proxy.get(ME, headers=ANN).status_code == 403

    assert proxy.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_counts_in_this_mode_too_and_alone(stranger: TestClient):
    with writing() as session:
        token = create_token(session, "ci", Role.OPERATOR).secret
    assert stranger.get(ME, headers=ANN | {"Authorization": f"Bearer {token}"}).json()["username"] == "token:ci"
    assert stranger.get(ME, headers=ANN | {"Authorization": "Bearer slip_wrong"}).status_code == 401


def test_tokens_belong_to_the_person_that_the_proxy_names(proxy: TestClient):
    made = proxy.post("/api/tokens", json={"name": "mine", "role": "viewer"}, headers=ANN | OWN_SITE)
    assert made.status_code == 201
    assert [one["name"] for one in proxy.get("/api/tokens", headers=ANN).json()["items"]] == ["mine"]
    assert proxy.get("/api/tokens", headers={"X-Forwarded-User": "bo"}).json()["items"] == []


def test_passwords_sessions_and_providers_do_not_count(proxy: TestClient):
    login = proxy.post("/api/auth/login", json={"username": "ann", "password": "x"})
    assert (login.status_code, login.json()["code"]) == (403, "NoPasswordsHere")
    assert proxy.get("/api/auth/sessions", headers=ANN).status_code == 403
    assert proxy.get("/api/auth/oauth/start", follow_redirects=False).status_code == 404


def test_the_panel_is_told_where_signing_out_leads(proxy: TestClient):
    told = {"mode": "proxy", "provider": None, "sign_out_url": "/oauth2/sign_out"}
    assert proxy.get("/api/auth/mode").json() == told
