"""The panel in a headless Chromium, on a Slipway whose every part is real."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from launch.setup.system import CHROMIUM
from tests.panel.complaints import Complaints
from tests.panel.data import Data, fill
from tests.slipway import (
    PASSWORD,
    Slipway,
    running_slipway,
    settings_of_a_slipway,
    slipway_and_worker,
    use_slipway_settings,
)

PATIENCE = 60_000  # milliseconds: on a machine with much to do, everything takes long; no test is about how long
expect.set_options(timeout=PATIENCE)

# Of such lists Chromium takes the last alone, so this one has all of Playwright's; the two pages that it would load for
# its address bar at every window take as long as a page of the panel.
WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(WITHOUT)}",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's own. For this package only: while it is driven, no other test could run an event loop."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM.places)), None)
    assert chromium, "no Chromium: `make test` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def slipway(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker_node: Any) -> Iterator[Slipway]:
    """One web process and one worker for all tests here that break neither."""
    directory = tmp_path_factory.mktemp("slipway")
    webhooks = {"FETCH_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128"}
    with (
        settings_of_a_slipway(directory, sqlite_template, broker_node, **webhooks),
        slipway_and_worker(directory, "-c", "1", name="panel@localhost") as whole,
    ):
        yield whole


@pytest.fixture(scope="package")
def data(slipway: Slipway) -> Data:
    """Agents and jobs in every state that a page may show."""
    return fill(slipway)


@pytest.fixture
def slipway_of_its_own(
    tmp_path: Path, sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Slipway]:
    """One that the test may break; it starts its own workers."""
    use_slipway_settings(monkeypatch)
    with running_slipway(tmp_path) as whole:
        yield whole


OpenPanel = Callable[..., Page]


@pytest.fixture
def open_panel(browser: Browser) -> Iterator[OpenPanel]:
    """Opens a page of the panel, signed in. In the end no browser may have complained, but for what was `meant`."""
    opened: list[tuple[BrowserContext, Complaints]] = []

    def open_page(
        slipway: Slipway, path: str = "/", *, signed_in: bool = True, meant: Iterable[str] = (), **options: Any
    ) -> Page:
        context = browser.new_context(base_url=slipway.url, **options)
        context.set_default_timeout(PATIENCE)
        opened.append((context, Complaints(context, meant)))
        if signed_in:
            sign_in(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context, _ in opened:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # a page may ask for something in the moment that it is closed
        context.close()
    assert [complaint for _, complaints in opened for complaint in complaints.unexpected] == []


def sign_in(context: BrowserContext) -> None:
    answer = context.request.post("/api/auth/login", data={"username": "admin", "password": PASSWORD})
    assert answer.ok, answer.text()
