"""What is remembered on the way to the provider and back, and where people land."""

import sys
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from tests.web.entry import make_app
from tests.web.oauth.conftest import use
from web.auth.oauth import flow as flows
from web.auth.oauth.errors import SignInFailed
from web.auth.oauth.flow import begin, local_path
from web.auth.oauth.routes import WAY

pytestmark = pytest.mark.usefixtures("oauth")


def request_with(cookies: dict[str, str]) -> Request:
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return Request({"type": "http", "scheme": "http", "path": "/", "headers": [(b"cookie", text.encode("latin-1"))]})


def sealed(flow: flows.Flow) -> dict[str, str]:
    response = Response()
    flows.remember(response, flow, "http")
    name, _, value = response.headers["set-cookie"].partition(";")[0].partition("=")
    return {name: value}


def test_where_people_come_by_a_provider_nobody_waits_for_its_libraries(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, WAY, raising=False)
    make_app()
    assert WAY in sys.modules


def test_what_was_remembered_comes_back_and_shows_nothing_meanwhile():
    flow = begin("/jobs")
    cookies = sealed(flow)
    assert flows.recall(request_with(cookies), flow.state) == flow
    assert not [secret for secret in (flow.state, flow.nonce, flow.verifier) if secret in str(cookies)]


def test_every_sign_in_is_made_of_new_secrets():
    first, second = begin(None), begin(None)
    assert len({first.state, first.nonce, first.verifier, second.state, second.nonce, second.verifier}) == 6
    assert min(map(len, (first.state, first.nonce, first.verifier))) >= 43  # what PKCE asks for


@pytest.mark.parametrize("change", [{"state": "x"}, {"ends_at": 0.0}])
def test_another_state_and_ten_minutes_are_the_end_of_it(change: dict[str, Any]):
    flow = begin("/")
    with pytest.raises(SignInFailed, match="expired"):
        flows.recall(request_with(sealed(replace(flow, **change))), flow.state)


@pytest.mark.parametrize("value", ["", "x", "a.b.c.d.e", "é"])
def test_a_forged_cookie_is_none(value: str):
    with pytest.raises(SignInFailed, match="expired"):
        flows.recall(request_with({"slipway-sign-in": value}), "state")


def test_a_cookie_of_another_slipway_is_none(monkeypatch: pytest.MonkeyPatch):
    flow = begin("/")
    cookies = sealed(flow)
    use(monkeypatch, SECRET_KEY="another" * 8)
    with pytest.raises(SignInFailed, match="expired"):
        flows.recall(request_with(cookies), flow.state)


@pytest.mark.parametrize("wanted", ["/jobs", "/jobs?state=failed&q=a%20b", "/jobs/1#log", "/"])
def test_a_place_in_the_panel_is_come_back_to(wanted: str):
    assert local_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        *("//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)"),
        *("/\t/evil.example", "/\n/evil.example", "jobs", "", None, " /jobs", "/é", "/" + "x" * 2_000),
        *("/a\\..\\evil", "/jobs\r\nSet-Cookie: a=b"),
    ],
)
def test_nothing_leads_elsewhere(wanted: str | None):
    assert local_path(wanted) == "/"


def test_a_provider_that_does_not_answer_is_told_on_the_sign_in_page(person: TestClient):
    answer = person.get("/api/auth/oauth/start", params={"next": "/jobs"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?refused=provider-away&next=%2Fjobs")


@pytest.mark.parametrize(
    "query", ["", "?code=x&state=y", "?state=y", "?error=access_denied&state=y", "?code=x&state=é"]
)
def test_a_callback_that_nobody_began_signs_nobody_in(person: TestClient, query: str):
    answer = person.get(f"/api/auth/oauth/callback{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?refused=expired")
    assert "slipway=" not in answer.headers["set-cookie"]


def test_what_the_provider_says_is_neither_shown_nor_logged(person: TestClient, caplog: pytest.LogCaptureFixture):
    text = "<b>secret-from-the-provider</b>"
    answer = person.get("/api/auth/oauth/callback", params={"error": text, "error_description": text, "state": text})
    assert "secret-from" not in str(answer.headers) + answer.text + caplog.text


def test_the_panel_is_told_who_signs_people_in(person: TestClient, monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, OIDC_ISSUER="https://accounts.google.com")
    assert person.get("/api/auth/mode").json() == {"mode": "oauth", "provider": "Google", "sign_out_url": None}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"OIDC_ISSUER": "https://acme.okta.com/oauth2/default"}, "Okta"),
        ({"OIDC_ISSUER": "https://notokta.com"}, "notokta.com"),
        ({"OIDC_ISSUER": "", "OAUTH_PROVIDER": "github"}, "GitHub"),
        ({"OAUTH_PROVIDER_NAME": "Acme"}, "Acme"),
    ],
)
def test_the_provider_has_a_name(
    person: TestClient, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], name: str
):
    use(monkeypatch, **values)
    assert person.get("/api/auth/mode").json()["provider"] == name


def test_github_is_asked_for_the_address_with_state_and_pkce(person: TestClient, monkeypatch: pytest.MonkeyPatch):
    use(monkeypatch, OIDC_ISSUER="", OAUTH_PROVIDER="github", PUBLIC_URL="https://slipway.example.com")
    answer = person.get("/api/auth/oauth/start")
    address = urlsplit(answer.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://github.com/login/oauth/authorize"
    assert asked["redirect_uri"] == "https://slipway.example.com/api/auth/oauth/callback"
    assert {"scope": "user:email", "code_challenge_method": "S256", "client_id": "slipway"}.items() <= asked.items()
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-slipway-sign-in=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    assert "the-providers-secret" not in str(answer.headers)


def test_it_lives_for_ten_minutes():
    assert 590 < begin("/").ends_at - time.time() <= 600


def test_the_ways_of_a_provider_are_closed_in_other_modes(
    app: FastAPI, person: TestClient, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, AUTH_MODE="basic")
    assert person.get("/api/auth/oauth/start").json()["code"] == "NoProvider"
    assert person.get("/api/auth/oauth/callback").json()["code"] == "NoProvider"
