"""Flower that asks who people are by itself, inside the panel: a real Flower, a real provider on another site."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Cookie, FrameLocator, Locator, Page, expect

from core.db import writing
from core.settings import get_settings
from tests.oidc.running import openid_provider
from tests.panel.conftest import OpenPanel
from tests.ports import free_port
from tests.processes import celery_worker
from tests.slipway import PASSWORD, Slipway, running_slipway, settings_of_a_slipway
from tests.waiting import wait_for
from tests.worker.flower.running import start_flower
from web.auth.passwords import hash_password
from web.auth.roles import Role
from web.auth.users import add_user

pytestmark = pytest.mark.browser

WORKER = "asked@localhost"
# Chromium notes on the console also those refusals that are the answer a test asks for.
ASKED = (r"401.*/(flower|api/auth/me)", r"127\.0\.0\.1.*favicon")
REFUSED = (*ASKED, r"403.*/flower/")
ROLES = {"olga": Role.OPERATOR, "vera": Role.VIEWER}


@dataclass
class Panel:
    """`here` is at `localhost`: 127.0.0.1, where the provider is, must be another site."""

    slipway: Slipway
    here: str


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker_node: Any) -> Iterator[Panel]:
    directory, flower_port, port = tmp_path_factory.mktemp("flower"), free_port(), free_port()
    here = f"http://localhost:{port}"
    with ExitStack() as stack:
        provider = stack.enter_context(flowers_provider(directory, here))
        settings = settings_for(here, f"http://127.0.0.1:{flower_port}", provider.issuer)
        stack.enter_context(settings_of_a_slipway(directory, sqlite_template, broker_node, **settings))
        flower = start_flower(directory / "flower.log", flower_port)
        worker = celery_worker(directory / "worker.log", "-c", "1", name=WORKER)
        with running_slipway(directory, port) as slipway:
            add_users()
            worker.wait_for_output("worker is ready")
            wait_for(lambda: slipway.get("/api/flower")["state"] == "ready", what="Flower to be ready", timeout=60)
            yield Panel(slipway, here)
        worker.end()
        flower.end()
    get_settings.cache_clear()


def flowers_provider(directory: Path, here: str) -> Any:
    return openid_provider(
        directory / "provider.log",
        f"{here}/flower/login",
        kind="okta",
        client_id="flower",
        authentication="client_secret_post",
    )


def settings_for(here: str, flower: str, issuer: str) -> dict[str, str]:
    return {
        "FLOWER_URL": flower,
        "FLOWER_URL_PREFIX": "flower",
        "FLOWER_OAUTH_PROVIDER": "okta",
        "FLOWER_AUTH": ".*@example.com",
        "FLOWER_OAUTH2_KEY": "flower",
        "FLOWER_OAUTH2_SECRET": "the-providers-secret",
        "FLOWER_OAUTH2_REDIRECT_URI": f"{here}/flower/login",
        "FLOWER_OAUTH2_OKTA_BASE_URL": f"{issuer}/oauth2",
    }


def add_users() -> None:
    password = hash_password(PASSWORD)
    with writing() as session:
        for name, role in ROLES.items():
            add_user(session, name, role, password)


@pytest.fixture
def open_flower(panel: Panel, open_panel: OpenPanel) -> OpenPanel:
    """The panel's page with Flower's frame, for somebody who has signed in to the panel."""

    def open_page(name: str, meant: tuple[str, ...] = ASKED) -> Page:
        page = open_panel(panel.slipway, f"{panel.here}/sign-in", signed_in=False, meant=meant)
        enter(page, panel.here, name)
        page.goto(f"{panel.here}/monitor?path=workers")
        return page

    return open_page


def enter(page: Page, here: str, name: str) -> None:
    answer = page.context.request.post(f"{here}/api/auth/login", data={"username": name, "password": PASSWORD})
    assert answer.ok, answer.text()


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title=Flower]")


def way_in(page: Page) -> Locator:
    return frame_of(page).get_by_role("link", name="Sign in to Flower")


def window_of(page: Page) -> Page:
    with page.expect_popup() as opened:
        way_in(page).click()
    return opened.value


def is_closed(window: Page) -> bool:
    """Perhaps already when it is first looked at. The browser's news are heard while it is asked something."""
    window.context.cookies()
    return window.is_closed()


def say_who(window: Page, email: str) -> None:
    window.get_by_placeholder("Enter any login").fill(email)
    window.get_by_placeholder("and password").fill("any")
    window.get_by_role("button", name="Sign-in").click()


def sign_in_to_flower(page: Page, email: str) -> None:
    """The window closes and the frame goes on, both by themselves."""
    window = window_of(page)
    with window.expect_event("close"):
        say_who(window, email)
    expect(frame_of(page).get_by_role("link", name=WORKER)).to_be_visible()


def flowers_cookies(page: Page) -> dict[str, Cookie]:
    """All but the session's."""
    return {
        one["name"]: one for one in page.context.cookies() if one["domain"] == "localhost" and one["name"] != "slipway"
    }


def open_worker(page: Page) -> None:
    frame_of(page).get_by_role("link", name=WORKER).click()


def grow_pool(page: Page) -> int:
    frame_of(page).get_by_role("tab", name="Pool").click()
    with page.expect_response(re.compile("/pool/grow/")) as answered:
        frame_of(page).get_by_role("button", name="Grow").click()
    return answered.value.status


def test_whoever_the_provider_knows_gets_in_acts_and_is_asked_again_after_leaving(
    panel: Panel, open_flower: OpenPanel
) -> None:
    page = open_flower("olga", (*ASKED, r"403.*/pool/grow"))
    sign_in_to_flower(page, "olga@example.com")

    cookies = flowers_cookies(page)
    assert set(cookies) == {"_xsrf", "user"}
    assert {(one["path"], one["sameSite"]) for one in cookies.values()} == {("/flower", "Lax")}
    assert {name: one["httpOnly"] for name, one in cookies.items()} == {"_xsrf": False, "user": True}
    open_worker(page)
    wait_for(lambda: grow_pool(page) == 200, what="Flower to hear within its second that the pool has grown")

    frame_of(page).get_by_role("link", name="Log out").click()
    frame_of(page).get_by_role("link", name="Log in again").click()
    wait_for(partial(is_closed, window_of(page)), what="the window to close: the provider still knows who it is")
    expect(frame_of(page).get_by_role("link", name="Log out")).to_be_visible()

    page.get_by_role("button", name="olga").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Slipway")).to_be_visible()
    assert flowers_cookies(page) == {}
    enter(page, panel.here, "olga")
    page.goto(f"{panel.here}/monitor")
    expect(way_in(page)).to_be_visible()


def test_a_viewer_gets_in_and_cannot_act(open_flower: OpenPanel) -> None:
    page = open_flower("vera", REFUSED)
    sign_in_to_flower(page, "vera@example.com")
    open_worker(page)
    assert grow_pool(page) == 403


@pytest.mark.parametrize("email", ["mallory@example.com.evil.test", "unverified@example.com"])
def test_who_is_refused_reads_so_and_is_not_in(open_flower: OpenPanel, email: str) -> None:
    page = open_flower("olga", REFUSED)
    window = window_of(page)
    say_who(window, email)

    expect(window.get_by_role("heading", name="Flower did not let you in")).to_be_visible()
    expect(window.get_by_text("Access denied")).to_be_visible()
    assert "user" not in flowers_cookies(page)
    page.reload()
    expect(way_in(page)).to_be_visible()


def test_a_forged_answer_of_the_provider_lets_nobody_in(panel: Panel, open_flower: OpenPanel) -> None:
    page = open_flower("olga", REFUSED)
    window = window_of(page)
    answer = window.goto(f"{panel.here}/flower/login?code=forged&state=forged")

    assert answer is not None
    assert answer.status == 403
    expect(window.get_by_text("State tokens do not match")).to_be_visible()
    assert "user" not in flowers_cookies(page)
