"""Workflows: a graph that lives, a timeline of the same run, and what may be done with it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.panel.conditions import a_paused_queue, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import NOBODY, Data, ping_node
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def submit(slipway: Slipway, *steps: dict[str, Any], name: str = "weekly") -> str:
    root = {"type": "chain", "steps": list(steps)}
    workflow_id: str = slipway.post("/api/workflows", {"name": name, "root": root})["workflow_id"]
    return workflow_id


def graph(page: Page) -> Locator:
    return page.get_by_label("Graph of the workflow's jobs")


def shape(page: Page, key: str) -> Locator:
    """The box of one job or group."""
    return graph(page).locator(".react-flow__node").filter(has=page.get_by_text(key, exact=True))


def test_the_graph_lives_and_leads_to_its_jobs(slipway: Slipway, open_panel: OpenPanel) -> None:
    sides = {"type": "group", "members": [ping_node("left"), ping_node("right")]}
    with a_paused_queue(slipway, "default"):
        workflow_id = submit(slipway, ping_node("first"), sides, ping_node("last"))
        page = open_panel(slipway, f"/workflows/{workflow_id}")
        expect(shape(page, "last")).to_contain_text("Waiting")
        expect(graph(page).locator(".react-flow__edge")).to_have_count(5)  # two into the end of the group, one from it

    with without_reload(page):
        for key in ("first", "left", "right", "last"):
            expect(shape(page, key)).to_contain_text("Succeeded")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Succeeded")
    shape(page, "left").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/jobs/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("ping")


def test_a_large_group_is_one_box_until_somebody_opens_it(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, f"/workflows/{data.workflow}")

    expect(shape(page, "first")).to_be_visible()
    expect(shape(page, "crowd")).to_contain_text("45 succeeded")
    shape(page, "crowd").get_by_role("button", name="Open").click()
    expect(shape(page, "member-44")).to_be_attached()


def test_what_failed_is_tried_again_and_what_succeeded_is_kept(slipway: Slipway, open_panel: OpenPanel) -> None:
    broken = {"type": "job", "key": "broken", "task": "agent_initialization_task", "payload": NOBODY}
    workflow_id = submit(slipway, ping_node("first"), broken, ping_node("last"), name="broken")
    page = open_panel(slipway, "/workflows")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href$='{workflow_id}']"))
    expect(row).to_contain_text("Failed")
    row.get_by_role("link").click()
    expect(shape(page, "last")).to_contain_text("Cancelled")
    earlier = shape(page, "broken").get_by_role("link").get_attribute("href")

    page.get_by_role("button", name="Retry what failed").click()

    expect(shape(page, "broken").get_by_role("link")).not_to_have_attribute("href", str(earlier))
    expect(shape(page, "first")).to_contain_text("Succeeded")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Failed")


def test_the_timeline_tells_when_each_job_waited_and_ran(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, f"/workflows/{data.workflow}")

    page.get_by_role("tab", name="Timeline").click()

    expect(page).to_have_url(re.compile(r"view=timeline$"))
    rows = page.get_by_role("list", name="Jobs in the order in which they began").get_by_role("listitem")
    expect(rows.first).to_contain_text(re.compile(r"first.*ran"))
    rows.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/jobs/"))


def test_a_workflow_is_cancelled_as_a_whole(slipway: Slipway, open_panel: OpenPanel) -> None:
    workflow_id = submit(slipway, ping_node("long", sleep_s=600), ping_node("never"))
    page = open_panel(slipway, f"/workflows/{workflow_id}")

    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel workflow").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancelled")
    expect(shape(page, "never")).to_contain_text("Cancelled")
