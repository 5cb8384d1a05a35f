"""One job's page: what it says while it runs, and running it again otherwise."""

import re

import pytest
from playwright.sync_api import expect

from tests.panel.conditions import expect_state, panel, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data, ping
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def test_log_lines_appear_while_the_job_runs_and_are_there_afterwards(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/jobs")  # how long a first page takes is not foreseen
    page.goto(f"/jobs/{ping(slipway, sleep_s=12, log_lines=48)}")
    log = page.get_by_role("log")

    with without_reload(page):
        expect(log).to_contain_text("line 2 of 48")
        expect_state(page, "Running")
        expect(log).to_contain_text("line 48 of 48 line=48")
        expect_state(page, "Succeeded")

    page.reload()
    expect(log).to_contain_text("line 1 of 48")
    page.get_by_role("combobox", name="Least level").click()
    page.get_by_role("option", name="Errors", exact=True).click()
    expect(page.get_by_text("Nothing of this level.")).to_be_visible()


def test_a_job_is_edited_and_run_again_when_the_contract_allows_it(slipway: Slipway, open_panel: OpenPanel) -> None:
    old = ping(slipway, value="before")
    slipway.wait_for_job(old)
    page = open_panel(slipway, f"/jobs/{old}", meant=[r"422"])
    page.get_by_role("button", name="Edit and run again").click()
    payload = page.get_by_role("textbox", name="Payload")

    payload.fill("{nonsense")
    expect(page.get_by_text("This is not JSON")).to_be_visible()
    payload.fill('{"valve": 1}')
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("payload.valve")
    payload.fill('{"value": "after"}')
    page.get_by_role("button", name="Run", exact=True).click()

    expect_state(page, "Succeeded")
    expect(page.get_by_label("payload", exact=True)).to_contain_text("after")
    page.get_by_role("link", name=f"…{old[-8:]}").click()
    expect(page.get_by_label("payload", exact=True)).to_contain_text("before")
    expect(page.get_by_role("heading", name="Run again as")).to_be_visible()


def test_a_job_that_waits_says_for_what(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, f"/jobs/{ping(slipway, fail_times=20)}")
    expect_state(page, "Retrying")
    expect(panel(page, "What went wrong last")).to_contain_text(re.compile(r"retry \d+: next try (in|now)"))
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel job").click()
    expect_state(page, "Cancelled")

    page.goto(f"/workflows/{data.workflow}?view=timeline")
    page.get_by_role("list", name="Jobs in the order in which they began").get_by_role("link").first.click()
    panel(page, "Facts").get_by_role("link", name=f"…{data.workflow[-8:]}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nightly")
