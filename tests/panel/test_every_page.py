"""Whatever page: usable by anyone, on any screen, in either colour scheme."""

import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from playwright.sync_api import Page, expect

from tests.panel.accessibility import bring_axe, violations_in_either_scheme
from tests.panel.conditions import a_paused_queue, expect_settled
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data
from tests.panel.openings import OPENED, OPENED_ANYWHERE
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


PHONE = {"width": 390, "height": 844}

# No page follows itself: what it showed before would stand there until the answer has come.
PAGES = [
    "/",
    "/jobs",
    "/jobs/{ready_job}",
    "/jobs/{retried}",
    "/jobs/{failed}",
    "/jobs/{cancelled}",
    "/jobs/{scheduled}",
    "/jobs/{told}",
    "/scheduled",
    "/dead-letters",
    "/dead-letters/{failed}",
    "/agents",
    "/agents/new",
    "/agents/{agent_id}",
    "/definitions",
    "/definitions/new",
    "/definitions/researcher",
    "/workflows",
    "/workflows/{workflow}",
    "/workers",
    "/workers/panel@localhost",
    "/queues",
    "/queues/default",
    "/queues/dead_letter_queue",
    "/monitor",
    "/settings/account",
    "/settings/tokens",
    "/settings/webhooks",
    "/settings/users",
    "/settings/audit",
    "/settings/doctor",
    "/settings/about",
    "/?window=7d",
    "/jobs?q=nothing-like-it",
    "/scheduled?project_id=nothing-like-it",
    "/dead-letters?q=nothing-like-it",
    "/workflows/{workflow}?view=timeline",
    "/dead-letters?task=nothing-like-it",
    "/settings/audit?q=nothing-like-it",
    "/no/such/page",
]


# As a link does: the document stays. The router lies where its own tools for developers look for it.
GO = """(path) => new Promise((arrived) => {
  const leave = __TSR_ROUTER__.subscribe("onRendered", () => (leave(), arrived()));
  __TSR_ROUTER__.navigate({ href: path });
})"""
OPEN = ", ".join(f"[role={role}]:visible" for role in ("dialog", "menu", "listbox"))
TOO_WIDE = "() => document.documentElement.scrollWidth > window.innerWidth"


def go(page: Page, path: str) -> None:
    page.evaluate(GO, path)
    expect_settled(page)


def go_through(page: Page, data: Data) -> Iterator[str]:
    """Answers each page once it is there."""
    expect_settled(page)
    for path in PAGES:
        go(page, path.format(**asdict(data)))
        yield path


@pytest.mark.long
def test_nothing_on_any_page_keeps_anybody_out(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, PAGES[-1])
    bring_axe(page)
    with a_paused_queue(slipway, "media"):
        found = [one for _ in go_through(page, data) for one in violations_in_either_scheme(page)]
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_a_phone(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, PAGES[-1], viewport=PHONE)
    with a_paused_queue(slipway, "media"):
        assert [path for path in go_through(page, data) if page.evaluate(TOO_WIDE)] == []


@pytest.mark.long
def test_nothing_that_opens_on_a_page_keeps_anybody_out(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, PAGES[-1])
    bring_axe(page)
    found = []
    for path, open_it in OPENED:
        go(page, path.format(**asdict(data)))
        open_it(page)
        found += violations_in_either_scheme(page)
        go(page, PAGES[-1])
        expect(page.locator(OPEN)).to_have_count(0)
    assert not found, "\n".join(found)


def test_nothing_that_opens_anywhere_keeps_anybody_out(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway)
    found = []
    for path, open_it in OPENED_ANYWHERE:
        page.goto(path)
        expect_settled(page)
        bring_axe(page)
        open_it(page)
        found += violations_in_either_scheme(page)
    assert not found, "\n".join(found)


def test_the_sign_in_page_keeps_nobody_out(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, signed_in=False, meant=[r"401.*/api/auth/me"])
    bring_axe(page)
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
