"""One job's page: what it says while it runs, and running it again otherwise."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core import clock
from jobs.states import JobState
from tests.jobs.running import set_row_while
from tests.panel.conditions import expect_state, panel, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import Data, ping
from tests.slipway import Slipway
from tests.surroundings import use_database

pytestmark = pytest.mark.browser


def test_log_lines_appear_while_the_job_runs_and_are_there_afterwards(slipway: Slipway, open_panel: OpenPanel) -> None:
    job_id = ping(slipway, sleep_s=600, log_lines=600)  # how long a page takes is not foreseen
    page = open_panel(slipway, f"/jobs/{job_id}")
    log = page.get_by_role("log")

    with without_reload(page):
        expect(log).to_contain_text("line 2 of 600")
        expect_state(page, "Running")
        seen = len(slipway.get(f"/api/jobs/{job_id}/logs")["items"])
        expect(log).to_contain_text(f"line {seen + 4} of 600 line={seen + 4}")
        slipway.post(f"/api/jobs/{job_id}/cancel", {})
        expect_state(page, "Cancelled")

    page.reload()
    expect(log).to_contain_text("line 1 of 600")
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


def test_a_job_that_waits_says_for_what(
    slipway: Slipway, data: Data, open_panel: OpenPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = ping(slipway, fail_times=20)
    use_database(monkeypatch, f"sqlite:///{slipway.directory}/slipway.db")
    set_row_while(JobState.RETRYING, job_id, due_at=clock.now() + timedelta(hours=1))
    page = open_panel(slipway, f"/jobs/{job_id}")
    expect_state(page, "Retrying")
    expect(panel(page, "What went wrong last")).to_contain_text(re.compile(r"retry \d+: next try (in|now)"))
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel job").click()
    expect_state(page, "Cancelled")

    page.goto(f"/workflows/{data.workflow}?view=timeline")
    page.get_by_role("list", name="Jobs in the order in which they began").get_by_role("link").first.click()
    panel(page, "Facts").get_by_role("link", name=f"…{data.workflow[-8:]}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nightly")
