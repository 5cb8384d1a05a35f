"""Whatever page: usable by anyone, on any screen, in either colour scheme."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.panel.accessibility import OF_COLOURS, bring_axe, violations
from tests.panel.conditions import expect_settled
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data
from tests.panel.test_settings import reset_password_of
from tests.slipway import Slipway

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]

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


def open_states(page: Page) -> None:
    page.get_by_role("button", name="Any state").click()


def open_row_menu(page: Page) -> None:
    page.get_by_role("button", name="Actions for").first.click()


def open_new_token(page: Page) -> None:
    page.get_by_role("button", name="New token").click()


def open_new_webhook(page: Page) -> None:
    page.get_by_role("button", name="New webhook").click()


def open_deliveries(page: Page) -> None:
    page.get_by_role("button", name="Deliveries to").last.click()  # the first one made
    page.get_by_role("link", name="Delivery").first.wait_for()


def open_secret(page: Page) -> None:
    page.get_by_role("button", name="Show secret").click()
    page.get_by_label("secret", exact=True).wait_for()


def open_user_menu(page: Page) -> None:
    page.get_by_role("button", name="admin").click()


def open_new_user(page: Page) -> None:
    page.get_by_role("button", name="Add user").click()


def open_new_password(page: Page) -> None:
    reset_password_of(page, "paula")
    page.get_by_label("password", exact=True).wait_for()


def open_removal(page: Page) -> None:
    page.get_by_role("button", name="Remove paula").click()


def open_results(page: Page) -> None:
    page.get_by_role("combobox", name="Result").click()


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search pages").fill("research")


def open_help(page: Page) -> None:
    page.keyboard.press("?")


def open_cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel").click()


def send_empty_form(page: Page) -> None:
    page.get_by_role("button", name="Start agent").click()


def unfold_attempts(page: Page) -> None:
    page.get_by_role("button", name="Retried").click()


def unfold_steps(page: Page) -> None:
    page.get_by_text("As a table").click()


def pick_a_job(page: Page) -> None:
    page.get_by_role("checkbox", name="Select ping").first.click()


def open_columns(page: Page) -> None:
    page.get_by_role("button", name="Columns").click()


def open_views(page: Page) -> None:
    page.get_by_role("button", name="Views").click()


def edit_payload(page: Page) -> None:
    page.get_by_role("button", name="Edit and run again").click()


def pick_dead_letters(page: Page) -> None:
    page.get_by_role("checkbox", name="Pick all that are listed").click()
    page.get_by_role("button", name="Discard…").click()


def hold_queue(page: Page) -> None:
    page.get_by_role("button", name="Pause…").click()


def open_queue_menu(page: Page) -> None:
    page.get_by_role("button", name="Actions for default").click()


def limit_queue(page: Page) -> None:
    open_queue_menu(page)
    page.get_by_role("menuitem", name="Limits…").click()


def purge_queue(page: Page) -> None:
    open_queue_menu(page)
    page.get_by_role("menuitem", name="Purge…").click()


OPENED: list[tuple[str, Callable[[Page], None]]] = [
    ("/", unfold_steps),
    ("/jobs", open_states),
    ("/jobs", open_row_menu),
    ("/jobs", pick_a_job),
    ("/jobs", open_columns),
    ("/jobs", open_views),
    ("/jobs/{retried}", edit_payload),
    ("/dead-letters", pick_dead_letters),
    ("/dead-letters/{failed}", edit_payload),
    ("/queues/default", hold_queue),
    ("/queues", open_queue_menu),
    ("/queues", limit_queue),
    ("/queues", purge_queue),
    ("/settings/tokens", open_new_token),
    ("/settings/tokens", open_user_menu),
    ("/jobs", open_palette),
    ("/jobs", open_help),
    ("/settings/users", open_new_user),
    ("/settings/users", open_new_password),
    ("/settings/users", open_removal),
    ("/settings/audit", open_results),
    ("/settings/webhooks", open_new_webhook),
    ("/settings/webhooks", open_deliveries),
    ("/settings/webhooks", open_secret),
    ("/agents/new", send_empty_form),
    ("/jobs/{scheduled}", open_cancel),
    ("/jobs/{retried}", unfold_attempts),
]


def visit(page: Page, path: str, data: Data) -> None:
    page.goto(path.format(**asdict(data)))
    expect_settled(page)


SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")


def violations_in_either_scheme(page: Page) -> list[str]:
    """By all rules in the scheme that the page is in; the other differs in its colours alone."""
    now = page.evaluate("() => document.documentElement.dataset.mantineColorScheme")
    other = SCHEMES[now == "light"]
    return violations_in(page, now) + violations_in(page, other, OF_COLOURS)


def violations_in(page: Page, scheme: Scheme, rules: Sequence[str] = ()) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_be_attached()
    expect_settled(page)
    return [f"{scheme}: {one}" for one in violations(page, rules)]


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
