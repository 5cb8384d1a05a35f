"""Signing in with a real provider, which is another site for the browser than we are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.oidc.running import OpenIdProvider, openid_provider
from tests.panel.accessibility import bring_axe, violations_in_either_scheme
from tests.panel.conftest import OpenPanel
from tests.ports import free_port
from tests.processes import Process
from tests.slipway import Slipway, running_slipway, use_slipway_settings
from tests.worker.flower.running import start_flower

pytestmark = pytest.mark.browser

SIGNED_OUT = (r"401.*/api/", r"127\.0\.0\.1.*favicon")
SIGN_IN = re.compile(r"/sign-in\?refused=")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def flower_port() -> int:
    return free_port()


@pytest.fixture
def here(port: int) -> str:
    """The panel's address: `localhost`, since 127.0.0.1, where the provider is, must be another site."""
    return f"http://localhost:{port}"


@pytest.fixture
def provider(tmp_path: Path, here: str) -> Iterator[OpenIdProvider]:
    groups = {"olga@example.com": ["/ops"]}
    with openid_provider(tmp_path / "provider.log", f"{here}/api/auth/oauth/callback", groups=groups) as provider:
        yield provider


@pytest.fixture
def slipway(
    tmp_path: Path,
    sqlite_database: str,
    provider: OpenIdProvider,
    port: int,
    here: str,
    flower_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Slipway]:
    use_slipway_settings(monkeypatch)
    for name, value in {
        "AUTH_MODE": "oauth",
        "PUBLIC_URL": here,
        "FLOWER_URL": f"http://127.0.0.1:{flower_port}",
        "FLOWER_URL_PREFIX": "flower",
        "OIDC_ISSUER": provider.issuer,
        "OIDC_SCOPES": "openid email groups",
        "OIDC_ROLE_CLAIM": "groups",
        "OAUTH_CLIENT_ID": "slipway",
        "OAUTH_CLIENT_SECRET": "the-providers-secret",
        "OAUTH_PROVIDER_NAME": "Acme",
        "OAUTH_ALLOWED_DOMAINS": "example.com",
        "ROLE_MAP": "/ops=operator",
    }.items():
        monkeypatch.setenv(name, value)
    with running_slipway(tmp_path, port) as whole:
        yield whole


def sign_in_as(page: Page, email: str) -> None:
    page.get_by_role("link", name="Continue with Acme").click()
    page.get_by_placeholder("Enter any login").fill(email)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()


def test_who_is_allowed_comes_back_to_where_they_wanted_to_go_and_leaves_again(
    slipway: Slipway, here: str, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, f"{here}/jobs?state=failed", signed_in=False, meant=SIGNED_OUT)
    bring_axe(page)
    assert violations_in_either_scheme(page) == []

    sign_in_as(page, "olga@example.com")

    expect(page).to_have_url(f"{here}/jobs?state=failed")
    expect(page.get_by_text("olga@example.com · operator")).to_be_visible()
    page.goto(f"{here}/settings/account")
    expect(page.get_by_text("Acme; your role is found anew")).to_be_visible()
    expect(page.get_by_role("heading", name="Password")).to_have_count(0)
    expect(page.get_by_text("this one")).to_be_visible()

    page.get_by_role("button", name="olga@example.com").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("link", name="Continue with Acme")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Continue with Acme")).to_be_visible()


REFUSED = {"mallory@evil-example.com": "may not use Slipway", "unverified@example.com": "is not verified at Acme"}


def test_who_is_refused_reads_why(slipway: Slipway, here: str, open_panel: OpenPanel) -> None:
    for email, sentence in REFUSED.items():
        page = open_panel(slipway, f"{here}/sign-in", signed_in=False, meant=SIGNED_OUT)

        sign_in_as(page, email)

        expect(page).to_have_url(SIGN_IN)
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        assert page.request.get(f"{here}/api/auth/me").status == 401


def test_a_forged_answer_and_a_provider_that_is_away_let_nobody_in(
    slipway: Slipway, provider: OpenIdProvider, here: str, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, f"{here}/sign-in", signed_in=False, meant=SIGNED_OUT)

    page.goto(f"{here}/api/auth/oauth/callback?code=forged&state=forged")
    expect(page.get_by_role("alert")).to_contain_text("Start again")

    provider.process.end()
    page.get_by_role("link", name="Continue with Acme").click()
    expect(page.get_by_role("alert")).to_contain_text("Acme does not answer at the moment")

    page.goto(f"{here}/sign-in?refused=<img src=x onerror=alert(1)>&next=//evil.example")
    expect(page.get_by_role("link", name="Continue with Acme")).to_have_attribute("href", "/api/auth/oauth/start")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.fixture
def flower(slipway: Slipway, broker: str, tmp_path: Path, flower_port: int) -> Iterator[Process]:
    """With passwords, of which the panel adds its own."""
    flower = start_flower(tmp_path / "flower.log", flower_port)
    yield flower
    flower.end()


@pytest.mark.usefixtures("flower")
def test_who_has_signed_in_once_sees_flower_at_once(slipway: Slipway, here: str, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, f"{here}/monitor?path=workers", signed_in=False, meant=SIGNED_OUT)
    sign_in_as(page, "olga@example.com")

    expect(page).to_have_url(f"{here}/monitor?path=workers")
    frame = page.frame_locator("iframe[title=Flower]")
    expect(frame.get_by_text("Cluster overview")).to_be_visible()
