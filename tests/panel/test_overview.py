"""Overview, workers, queues, and the banner that every page shows when something is wrong."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from launch.broker import PrivateBroker
from tests.conftest import StartWorker
from tests.panel.conditions import panel, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data, ping, unknown_agent
from tests.slipway import Slipway, running_slipway, use_slipway_settings

pytestmark = pytest.mark.browser


def tile(page: Page, label: str) -> Locator:
    """The box of one number."""
    return page.get_by_role("link", name=label, exact=True).locator("xpath=../..")


def banners(page: Page) -> Locator:
    return page.get_by_role("region", name="Alerts")


def test_the_overview_counts_what_ends_without_a_reload(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway)
    chart = page.get_by_role("img", name="In the last hour")
    before = chart.get_attribute("aria-label")
    expect(chart.locator("canvas")).to_be_visible()

    with without_reload(page):
        failed = unknown_agent(slipway, "nobody")

        failures = panel(page, "Latest failures")
        expect(failures.locator(f"a[href$='{failed}']")).to_be_visible()
        expect(chart).not_to_have_attribute("aria-label", str(before))
        page.get_by_text("6h", exact=True).click()
        expect(page).to_have_url(re.compile(r"\?window=6h$"))
        expect(page.get_by_role("img", name="In the last 6 hours")).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.get_by_role("table", name="Jobs ended, step by step").get_by_role("row")).not_to_have_count(0)
    failures.locator(f"a[href$='{failed}']").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Failed")


def test_a_worker_that_is_killed_is_shown_as_gone_and_its_queues_as_unattended(
    slipway_of_its_own: Slipway, start_worker: StartWorker, open_panel: OpenPanel
) -> None:
    worker = start_worker("-c", "1", name="only@localhost")
    page = open_panel(slipway_of_its_own, "/workers")
    row = page.get_by_role("row").filter(has_text="only@localhost")
    expect(row).to_contain_text("Alive")
    expect(banners(page)).to_be_empty()

    with without_reload(page):
        worker.kill_main()
        expect(row).to_contain_text("Lost")
        ping(slipway_of_its_own)
        expect(banners(page)).to_contain_text("No worker is running, and 1 job waits.")

        banners(page).get_by_role("button", name="Dismiss").click()
        expect(banners(page)).to_be_empty()
        page.get_by_role("link", name="Overview", exact=True).click()
        expect(tile(page, "Waiting")).to_contain_text("oldest")
        expect(panel(page, "Queues").get_by_role("row").filter(has_text="default")).to_contain_text("No worker")

        start_worker("-c", "1", name="elsewhere@localhost", queues="media")
        expect(banners(page)).to_contain_text("No worker listens to default")
        banners(page).get_by_role("link", name="Look").click()
        expect(page.get_by_role("heading", name="default", level=1)).to_be_visible()
        start_worker("-c", "1", name="another@localhost")
        expect(banners(page)).to_be_empty()
        expect(page.get_by_role("link", name="another@localhost")).to_be_visible()


def test_every_page_works_while_the_broker_is_down(
    tmp_path: Path,
    sqlite_database: str,
    broker_of_its_own: PrivateBroker,
    open_panel: OpenPanel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_slipway_settings(monkeypatch)
    with running_slipway(tmp_path) as slipway:
        broker_of_its_own.stop()
        ping(slipway)
        page = open_panel(slipway)

        expect(banners(page)).to_contain_text("The broker does not answer.")
        expect(tile(page, "Waiting")).to_contain_text("1")
        page.get_by_role("link", name="Queues", exact=True).click()
        expect(page.get_by_role("row").filter(has_text="default")).to_contain_text("?")
        page.get_by_role("link", name="default", exact=True).click()
        expect(page.get_by_role("heading", name="default", level=1)).to_be_visible()
        page.get_by_role("link", name="Workers", exact=True).click()
        expect(page.get_by_text("No worker has run within a day")).to_be_visible()
        page.close()
