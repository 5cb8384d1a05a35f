import re

import pytest
from playwright.sync_api import Page, expect

from tests.panel.conditions import expect_state, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import MARKUP, Data, ping
from tests.slipway import Slipway

pytestmark = pytest.mark.browser

ROWS = "[role=rowgroup] [role=row]:has([role=cell])"


def test_a_running_job_is_cancelled_from_its_page(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, f"/jobs/{ping(slipway, sleep_s=600)}")

    with without_reload(page):
        expect_state(page, "Running")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel job").click()

        expect_state(page, "Cancelled")
        expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_a_new_job_appears_in_the_list_and_ends_there_without_a_reload(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/jobs?project_id=appears")
    expect(page.get_by_text("No job matches")).to_be_visible()

    with without_reload(page):
        ping(slipway, project_id="appears")

        expect(page.locator(ROWS)).to_contain_text("Succeeded")


def test_filters_survive_a_reload_and_the_back_button(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/jobs")
    page.get_by_role("button", name="Any state").click()
    page.get_by_role("checkbox", name="Failed").check()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Search jobs").fill("reseacher")
    expect(page).to_have_url(re.compile(r"q=reseacher"))
    expect_one_failed(page)

    page.reload()
    expect_one_failed(page)
    page.locator(ROWS).get_by_role("link").click()
    expect_state(page, "Failed")
    page.go_back()

    expect_one_failed(page)
    expect(page.get_by_role("textbox", name="Search jobs")).to_have_value("reseacher")


def expect_one_failed(page: Page) -> None:
    expect(page.get_by_role("button", name="Failed")).to_be_visible()
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(ROWS)).to_contain_text("Failed")


def test_markup_in_a_payload_is_shown_as_text(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, f"/jobs/{data.retried}")

    expect(page.get_by_label("payload", exact=True)).to_contain_text(MARKUP)
    expect(page.get_by_label("result", exact=True)).to_contain_text(MARKUP)


def test_what_is_due_later_is_let_run_from_its_own_page(slipway: Slipway, open_panel: OpenPanel) -> None:
    later = [ping(slipway, project_id="later", eta=f"209{year}-01-01T00:00:00Z") for year in (9, 8, 7)]
    page = open_panel(slipway, "/scheduled?project_id=later")
    rows = page.locator(ROWS)
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text(later[2][-8:])

    with without_reload(page):
        rows.first.get_by_role("button", name="Actions for").click()
        page.get_by_role("menuitem", name="Run now").click()
        expect(rows).to_have_count(2)

        page.get_by_role("checkbox", name="Select all loaded jobs").check()
        page.get_by_role("region", name="Selected jobs").get_by_role("button", name="Run now").click()
        page.get_by_role("dialog").get_by_role("button", name="Run now 2 jobs").click()
        expect(page.get_by_role("dialog")).to_contain_text("2 due now")
        page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
        expect(page.get_by_text("Nothing is due later")).to_be_visible()
    for job_id in later:
        slipway.wait_for_job(job_id)
