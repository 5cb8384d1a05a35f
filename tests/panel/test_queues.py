"""The page of the queues: what operators do with them, as it is clicked, and what became of the jobs."""

import pytest
from playwright.sync_api import Page, expect

from tests.panel.conditions import expect_state, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import ping, unknown_agent
from tests.slipway import Slipway

pytestmark = pytest.mark.browser

AGENTS = "agent_initialization_queue"


def choose(page: Page, queue: str, action: str) -> None:
    page.get_by_role("button", name=f"Actions for {queue}").click()
    page.get_by_role("menuitem", name=action).click()


def test_a_paused_queue_holds_its_jobs_and_says_so_until_it_is_resumed(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/queues")
    row = page.get_by_role("row").filter(has_text="default")
    with without_reload(page):
        choose(page, "default", "Pause…")
        page.get_by_label("Reason").fill("provider down")
        page.get_by_role("button", name="Pause queue").click()
        expect(row).to_contain_text("Paused")
        alerts = page.get_by_role("region", name="Alerts")
        expect(alerts).to_contain_text("default is paused (provider down)")

        job_id = ping(slipway)
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="Jobs", exact=True).click()
        page.locator(f"a[href$='{job_id}']").first.click()
        expect_state(page, "held")
        expect(page.get_by_text("the queue is paused")).to_be_visible()

        page.get_by_role("link", name="default", exact=True).click()
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("Paused")
        expect(alerts).not_to_contain_text("default is paused")
        slipway.wait_for_job(job_id)
    page.goto(f"/jobs/{job_id}")
    expect_state(page, "Succeeded")


def test_a_queue_is_limited_and_purged_by_whoever_types_its_name(slipway: Slipway, open_panel: OpenPanel) -> None:
    slipway.post(f"/api/queues/{AGENTS}/pause", {})  # so that no worker is faster
    job_id = unknown_agent(slipway)
    page = open_panel(slipway, "/queues")
    with without_reload(page):
        choose(page, AGENTS, "Limits…")
        page.get_by_label("Jobs at once").fill("4")
        page.get_by_label("Rate").fill("10/m")
        page.get_by_role("button", name="Save limits").click()
        page.get_by_role("dialog").wait_for(state="hidden")
        page.get_by_role("link", name=AGENTS, exact=True).click()
        expect(page.get_by_text("10/m")).to_be_visible()

        page.get_by_role("button", name=f"More for {AGENTS}").click()
        page.get_by_role("menuitem", name="Purge…").click()
        expect(page.get_by_text("1 waiting job will be cancelled")).to_be_visible()
        purge = page.get_by_role("button", name="Purge queue")
        expect(purge).to_be_disabled()
        page.get_by_label(f"Type {AGENTS} to go on").fill(AGENTS)
        purge.click()
        expect(page.get_by_text("1 job cancelled.")).to_be_visible()
    page.goto(f"/jobs/{job_id}")
    expect_state(page, "Cancelled")
    slipway.post(f"/api/queues/{AGENTS}/resume", {})
    slipway.client.patch(f"/api/queues/{AGENTS}", json={"concurrency_limit": None, "rate_limit": None})


def test_the_rate_of_a_task_is_set_on_the_page_of_its_queue(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/queues/default", meant=[r"422.*/api/tasks/ping"])
    row = page.get_by_role("table", name="Rates of tasks").get_by_role("row").filter(has_text="ping")
    expect(row).to_contain_text("no limit")
    row.get_by_role("button", name="Rate of ping").click()
    page.get_by_role("textbox", name="Rate").fill("often")
    page.get_by_role("button", name="Save rate").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("10/m")
    page.get_by_role("textbox", name="Rate").fill("500/s")
    page.get_by_role("button", name="Save rate").click()
    expect(row).to_contain_text("500/shere")
    slipway.client.patch("/api/tasks/ping", json={"rate_limit": None})
