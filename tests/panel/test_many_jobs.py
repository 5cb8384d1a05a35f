"""The list of jobs at work: long, picked from, looked at in one's own way."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert

from core import ids
from core.engine import make_engine
from jobs.models import Job
from tests.panel.conftest import OpenPanel
from tests.panel.data import ping
from tests.slipway import Slipway
from tests.waiting import wait_for

pytestmark = pytest.mark.browser

ROWS = "[role=rowgroup] [role=row]:has([role=cell])"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def fill_with_old_jobs(slipway: Slipway, number: int, project: str) -> None:
    """Straight into the table: they have succeeded long ago."""
    counts = {"dispatch": 1, "attempt": 1, "lost": 0, "retries": 0}
    about = {"task": "ping", "queue": "default", "state": "succeeded", "project_id": project}
    engine = make_engine(f"sqlite:///{slipway.directory}/slipway.db")
    with engine.begin() as connection:
        times = (LONG_AGO + timedelta(seconds=place) for place in range(number))
        rows = [
            {
                "id": ids.new_id(),
                "payload": {},
                "payload_hash": "",
                "created_at": at,
                "updated_at": at,
                **counts,
                **about,
            }
            for at in times
        ]
        connection.execute(insert(Job), rows)
    engine.dispose()


def test_a_long_list_is_read_on_and_on_and_draws_only_what_is_in_view(slipway: Slipway, open_panel: OpenPanel) -> None:
    fill_with_old_jobs(slipway, 20_000, "long")
    page = open_panel(slipway, "/jobs?project_id=long")
    expect(page.locator(ROWS).first).to_be_visible()

    page.wait_for_function("() => (scrollTo(0, document.body.scrollHeight), document.body.scrollHeight > 2000 * 44)")
    assert page.locator(ROWS).count() < 100

    def at_its_top() -> bool:
        page.keyboard.press("Home")  # again and again: what a browser makes of a key while it draws is its own affair
        return page.locator("[aria-rowindex='2']").is_visible()

    wait_for(at_its_top, what="the first row to be drawn again")


def test_picked_jobs_and_all_that_match_are_cancelled_and_run_again(slipway: Slipway, open_panel: OpenPanel) -> None:
    for _ in range(5):
        ping(slipway, eta="2099-01-01T00:00:00Z", project_id="many")
    page = open_panel(slipway, "/jobs?project_id=many")
    expect(page.locator(ROWS)).to_have_count(5)

    boxes = page.locator(ROWS).get_by_role("checkbox")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.get_by_role("region", name="Selected jobs")).to_contain_text("3 selected")
    act(page, "Cancel", "Cancel 3 jobs", "3 cancelled")
    expect(page.locator(ROWS).filter(has_text="Cancelled")).to_have_count(3)

    boxes.nth(0).click()
    page.get_by_role("button", name="Select all that match").click()
    act(page, "Cancel", "Cancel 2 jobs", "2 cancelled")
    expect(page.locator(ROWS).filter(has_text="Cancelled")).to_have_count(5)
    expect(page.get_by_role("region", name="Selected jobs")).to_have_count(0)


def act(page: Page, verb: str, sure: str, told: str) -> None:
    page.get_by_role("region", name="Selected jobs").get_by_role("button", name=verb).click()
    page.get_by_role("dialog").get_by_role("button", name=sure).click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(told)
    page.get_by_role("dialog").locator("footer, div").get_by_role("button", name="Close").last.click()


def test_columns_and_filters_are_kept_under_a_name(slipway: Slipway, open_panel: OpenPanel) -> None:
    ping(slipway)
    page = open_panel(slipway, "/jobs?state=failed&task=ping")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Worker").check()
    page.get_by_role("checkbox", name="Queue").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="Worker").or_(page.get_by_text("No job matches"))).to_be_visible()

    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Save what is shown now").fill("failed pings")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("button", name="failed pings", exact=True)).to_be_visible()

    page.evaluate("() => localStorage.clear()")
    page.goto("/jobs")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="failed pings", exact=True).click()
    expect(page).to_have_url(re.compile(r"state=failed"))
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="Save changes to").click()
    expect(page.get_by_role("button", name="Save changes to")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="Worker")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Queue")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("columnheader", name="Worker")).to_be_visible()
