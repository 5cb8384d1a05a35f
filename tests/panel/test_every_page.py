"""Whatever page: usable by anyone, on any screen, in either colour scheme."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import pytest
from playwright.sync_api import Page, expect

from tests.panel.accessibility import bring_axe, violations_in_either_scheme
from tests.panel.conditions import expect_settled
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data
from tests.panel.openings import OPENED
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


PHONE = {"width": 390, "height": 844}


PAGES = [
    "/",
    "/?window=7d",
    "/jobs",
    "/jobs?q=nothing-like-it",
    "/jobs/{ready_job}",
    "/jobs/{retried}",
    "/jobs/{failed}",
    "/jobs/{cancelled}",
    "/jobs/{scheduled}",
    "/scheduled",
    "/scheduled?project_id=nothing-like-it",
    "/dead-letters",
    "/dead-letters?q=nothing-like-it",
    "/dead-letters/{failed}",
    "/agents",
    "/agents/new",
    "/agents/{agent_id}",
    "/definitions",
    "/definitions/new",
    "/definitions/researcher",
    "/settings/account",
    "/settings/tokens",
    "/settings/webhooks",
    "/jobs/{told}",
    "/workers",
    "/workers/panel@localhost",
    "/dead-letters",
    "/dead-letters?task=nothing-like-it",
    "/dead-letters/{failed}",
    "/queues",
    "/queues/default",
    "/queues/dead_letter_queue",
    "/monitor",
    "/settings/users",
    "/settings/audit",
    "/settings/audit?q=nothing-like-it",
    "/settings/doctor",
    "/settings/about",
    "/workflows",
    "/workflows/{workflow}",
    "/workflows/{workflow}?view=timeline",
    "/no/such/page",
]


def visit(page: Page, path: str, data: Data) -> None:
    page.goto(path.format(**asdict(data)))
    expect_settled(page)


@contextmanager
def a_paused_queue(slipway: Slipway) -> Iterator[None]:
    """With a banner on every page."""
    slipway.post("/api/queues/media/pause", {"reason": "the provider is down"})
    yield
    slipway.post("/api/queues/media/resume", {})


def too_wide(page: Page) -> list[str]:
    """The page scrolls sideways on a phone; asked last, since what is opened may close when the window changes."""
    wide = page.viewport_size
    page.set_viewport_size(PHONE)
    expect_settled(page)
    scrolls = page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")
    if wide:
        page.set_viewport_size(wide)
    return [f"{page.url}: wider than a phone"] if scrolls else []


def test_nothing_on_any_page_keeps_anybody_out(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway)
    bring_axe(page.context)
    found = []
    with a_paused_queue(slipway):
        for path in PAGES:
            visit(page, path, data)
            found += violations_in_either_scheme(page) + too_wide(page)
    assert not found, "\n".join(found)


def test_nothing_that_opens_on_a_page_keeps_anybody_out(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway)
    bring_axe(page.context)
    found = []
    for path, open_it in OPENED:
        visit(page, path, data)
        open_it(page)
        found += violations_in_either_scheme(page)
    assert not found, "\n".join(found)


def test_the_sign_in_page_keeps_nobody_out(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, signed_in=False, meant=[r"401.*/api/auth/me"])
    bring_axe(page.context)
    page.reload()
    found = violations_in_either_scheme(page)
    assert not found, "\n".join(found)


MENU = (
    "Jobs",
    "Workflows",
    "Scheduled",
    "Dead letters",
    "Agents",
    "Agent definitions",
    "Queues",
    "Workers",
    "Settings",
    "Overview",
)


def test_the_menu_of_a_phone_leads_to_every_page(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, viewport=PHONE)
    for name in MENU:
        page.get_by_role("button", name="Menu", exact=True).click()
        link = page.get_by_role("navigation", name="Pages").get_by_role("link", name=re.compile(rf"^{name}\b(?! def)"))
        link.click()
        expect(page.locator("main").get_by_role("heading", level=1)).to_be_visible()
        expect(page).to_have_url(re.compile(str(link.get_attribute("href"))))
