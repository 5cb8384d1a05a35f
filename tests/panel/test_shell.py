"""What surrounds every page: the palette, the shortcuts, their help sheet, the theme, and where the focus is."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.panel.conftest import OpenPanel
from tests.panel.data import Data
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def palette(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search pages, jobs, agents and actions")


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, level=1)


def find(page: Page, text: str, option: str) -> None:
    """Opens the palette, types, waits for the answer, and takes it without a mouse."""
    page.keyboard.press("Control+k")
    palette(page).fill(text)
    opened = page.get_by_role("dialog")  # the page behind it may have lists of options, too
    expect(opened.get_by_role("status")).to_contain_text("found")
    expect(opened.get_by_role("option", name=option)).to_be_visible()
    while option not in (opened.locator("[role=option][aria-selected=true]").text_content() or ""):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(palette(page)).to_be_hidden()


def test_everything_is_found_from_one_field_by_keyboard_alone(
    slipway: Slipway, data: Data, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, "/jobs")
    expect(heading(page, "Jobs")).to_be_visible()

    find(page, "definitions", "Agent definitions")
    expect(heading(page, "Agent definitions")).to_be_focused()
    find(page, data.failed, data.failed[-8:])
    expect(page).to_have_url(re.compile(data.failed))
    find(page, "reseacher", data.failed[-8:])
    expect(page).to_have_url(re.compile(data.failed))
    find(page, "research harbour", "researcher")
    expect(page).to_have_url(re.compile(data.agent_id))
    find(page, "start agent", "Start an agent")
    expect(page).to_have_url(re.compile("/agents/new"))

    page.keyboard.press("Control+k")
    palette(page).fill("nothing is called this")
    expect(page.get_by_role("dialog").get_by_text("Nothing is called or mentions")).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()


def test_a_form_that_comes_late_leaves_the_focus_to_the_open_palette(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/agents")
    held: list[Route] = []
    page.route("**/api/agent-definitions*", lambda route: held.append(route), times=1)
    with page.expect_request("**/api/agent-definitions*"):
        page.goto("/agents/new")
    expect(heading(page, "Start an agent")).to_be_visible()

    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()
    held[0].continue_()
    expect(page.locator("form").get_by_text("Agent definition")).to_be_attached()

    expect(palette(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()


def test_keys_lead_to_pages_through_lists_and_to_their_own_help(
    slipway: Slipway, data: Data, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, "/agents", color_scheme="light")
    expect(heading(page, "Agents")).to_be_visible()

    page.keyboard.type("gj")
    expect(heading(page, "Jobs")).to_be_focused()
    expect(page).to_have_title("Jobs · Slipway")
    page.keyboard.type("/")
    expect(page.get_by_role("textbox", name="Search jobs")).to_be_focused()
    page.keyboard.type("reseacher?")
    expect(page.get_by_role("textbox", name="Search jobs")).to_have_value("reseacher?")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("textbox", name="Search jobs").blur()
    page.keyboard.type("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(data.failed))

    page.keyboard.type("t")
    expect(page.locator("html[data-mantine-color-scheme=dark]")).to_be_attached()
    page.keyboard.type("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.get_by_text("Search in this list")).to_be_visible()
    page.keyboard.type("gj")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page).to_have_url(re.compile(data.failed))


def test_a_viewer_is_offered_only_what_a_viewer_may_do(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/jobs")
    page.route("**/api/auth/me", lambda route: route.fulfill(json={**route.fetch().json(), "role": "viewer"}))
    page.reload()
    expect(heading(page, "Jobs")).to_be_visible()

    page.get_by_role("button", name="Search…").click()
    palette(page).fill("agent")

    expect(page.get_by_role("option", name="Agents")).to_be_visible()
    expect(page.get_by_role("option", name="Start an agent")).to_have_count(0)


def test_the_theme_follows_the_system_again_when_asked_to(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/agents", color_scheme="light")
    for choice, scheme in (("Dark", "dark"), ("As the system", "light")):
        page.get_by_role("button", name="admin").click()
        page.get_by_role("menuitemradio", name=choice).click()
        expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_be_attached()
        page.keyboard.press("Escape")

    page.emulate_media(color_scheme="dark")

    expect(page.locator("html[data-mantine-color-scheme=dark]")).to_be_attached()
