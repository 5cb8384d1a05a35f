"""Signing in through real providers on loopback, as a browser would, from our start to our session."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from core.db import reading
from tests.oidc.running import OpenIdProvider, openid_provider
from tests.web.entry import OWN_SITE
from tests.web.oauth.conftest import use
from web.auth.models import User

pytestmark = pytest.mark.integration

CALLBACK = "http://localhost/api/auth/oauth/callback"
GROUPS = {"olga@example.com": ["/ops", "/dev"]}


@pytest.fixture(scope="module")
def openid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    log = tmp_path_factory.mktemp("oidc") / "provider.log"
    with openid_provider(log, CALLBACK, groups=GROUPS) as provider:
        yield provider


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdProvider]:
    log = tmp_path_factory.mktemp("github") / "provider.log"
    with openid_provider(log, CALLBACK, kind="github", authentication="client_secret_post") as provider:
        yield provider


@pytest.fixture
def with_openid(openid: OpenIdProvider, oauth: None, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, OIDC_ISSUER=openid.issuer, OIDC_SCOPES="openid email groups")


def answer_of_the_provider(person: TestClient, email: str, wanted: str = "/jobs") -> str:
    """Signs in at the provider; answers the address on our side that it sends the browser to."""
    there = person.get("/api/auth/oauth/start", params={"next": wanted}).headers["location"]
    with httpx2.Client(follow_redirects=True, trust_env=False, timeout=60) as browser:
        form = browser.get(there)
        action = re.search(r'action="([^"]+)"', form.text)
        assert action, form.text
        browser.follow_redirects = False
        answer = browser.post(action[1], data={"prompt": "login", "login": email, "password": "x"})
        while answer.is_redirect and not answer.headers["location"].startswith(CALLBACK):
            answer = browser.get(answer.headers["location"])
    assert answer.is_redirect, answer.text
    return answer.headers["location"]


def sign_in(person: TestClient, email: str, wanted: str = "/jobs") -> str:
    """Answers where the person ends up."""
    return person.get(answer_of_the_provider(person, email, wanted)).headers["location"]


def me(person: TestClient) -> Any:
    return person.get("/api/auth/me").json()


def test_who_is_allowed_is_signed_in_and_comes_back_to_where_they_wanted(with_openid: None, person: TestClient):
    assert sign_in(person, "Ann@example.com", "/jobs?state=failed") == "/jobs?state=failed"
    assert me(person) == {"username": "ann@example.com", "role": "viewer", "via": "session"}
    assert person.post("/api/auth/logout", headers=OWN_SITE).status_code == 204
    assert person.get("/api/auth/me").status_code == 401


@pytest.mark.parametrize(
    ("email", "reason"),
    [
        ("mallory@evil-example.com", "not-allowed"),
        ("mallory@example.com.evil.test", "not-allowed"),
        ("unverified@example.com", "unverified"),
        ("o'brien@example.com", "not-allowed"),
    ],
)
def test_who_is_not_is_told_so(with_openid: None, person: TestClient, email: str, reason: str):
    assert sign_in(person, email) == f"/sign-in?refused={reason}&next=%2Fjobs"
    assert person.get("/api/auth/me").status_code == 401
    with reading() as session:
        assert session.query(User).count() == 0


def test_the_role_comes_from_a_claim_and_is_found_anew_each_time(
    with_openid: None, person: TestClient, monkeypatch: pytest.MonkeyPatch
):
    use(monkeypatch, OIDC_ROLE_CLAIM="groups", ROLE_MAP="/ops=operator")
    sign_in(person, "olga@example.com")
    assert me(person)["role"] == "operator"
    use(monkeypatch, ROLE_MAP="/ops=admin")
    sign_in(person, "olga@example.com")
    assert me(person)["role"] == "admin"
    use(monkeypatch, ROLE_MAP="/other=admin", ROLE_DEFAULT="none")
    assert sign_in(person, "olga@example.com").startswith("/sign-in?refused=no-role")
    assert person.get("/api/auth/me").status_code == 401


def test_an_answer_counts_once_and_for_the_browser_that_asked(with_openid: None, person: TestClient):
    answer = answer_of_the_provider(person, "ann@example.com")
    kept = person.cookies["slipway-sign-in"]
    person.cookies.clear()
    assert person.get(answer).headers["location"] == "/sign-in?refused=expired"
    person.cookies.set("slipway-sign-in", kept)
    assert person.get(answer).headers["location"] == "/jobs"
    person.cookies.clear()
    assert person.get(answer).headers["location"] == "/sign-in?refused=expired"
    person.cookies.set("slipway-sign-in", kept)
    assert person.get(answer).headers["location"].startswith("/sign-in?refused=failed")


@pytest.mark.parametrize(
    ("part", "forged", "reason"),
    [
        (r"state=[^&]+", "state=forged", "expired"),
        (r"code=[^&]+", "code=forged", "failed"),
        (r"iss=[^&]+", "iss=https://evil.example", "failed"),
        (r"&iss=[^&]+", "", "failed"),
        (r"code=[^&]+", "error=access_denied", "cancelled"),
    ],
)
def test_a_forged_answer_signs_nobody_in(with_openid: None, person: TestClient, part: str, forged: str, reason: str):
    answer = re.sub(part, forged, answer_of_the_provider(person, "ann@example.com"))
    assert f"refused={reason}" in person.get(answer).headers["location"]
    assert person.get("/api/auth/me").status_code == 401


def test_a_code_that_was_meant_for_another_sign_in_does_not_hold(with_openid: None, person: TestClient):
    """Somebody else's code, put into one's own answer: PKCE and nonce are another's."""
    theirs = re.search(r"code=([^&]+)", answer_of_the_provider(person, "mallory@example.com"))
    assert theirs
    mine = re.sub(r"code=[^&]+", f"code={theirs[1]}", answer_of_the_provider(person, "ann@example.com"))
    assert "refused=failed" in person.get(mine).headers["location"]


def test_a_planted_session_is_not_the_one_that_begins(with_openid: None, person: TestClient):
    person.cookies.set("slipway", "planted", domain="localhost.local", path="/")
    sign_in(person, "ann@example.com")
    assert person.cookies["slipway"] != "planted"


def test_what_passes_between_us_and_the_provider_is_not_logged(
    with_openid: None, person: TestClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("DEBUG")
    answer = answer_of_the_provider(person, "mallory@evil.test")
    person.get(answer)
    code = re.search(r"code=([^&]+)", answer)
    assert code
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith(("web", "core")))
    assert "not-allowed" in said
    assert not [one for one in (code[1], "the-providers-secret", "mallory") if one in said]


@pytest.fixture
def with_github(github: OpenIdProvider, oauth: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a GitHub Enterprise Server: its addresses are under one base."""
    use(monkeypatch, OAUTH_PROVIDER="github", OIDC_ISSUER="", OAUTH_GITHUB_URL=github.issuer)


def test_github_signs_people_in_by_their_primary_address(with_github: None, person: TestClient):
    assert sign_in(person, "ann@example.com") == "/jobs"
    assert me(person)["username"] == "ann@example.com"
    assert "refused=unverified" in sign_in(person, "unverified@example.com")
    assert "refused=not-allowed" in sign_in(person, "mallory@evil.test")
