"""Dead letters: what failed for good is found, mended and run again, or discarded with a reason."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.panel.conditions import expect_state, panel, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import NOBODY, Data, submit
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def failed(slipway: Slipway, project_id: str) -> str:
    """A job whose payload names nobody, and has ended so."""
    job_id = submit(slipway, "agent_initialization_task", NOBODY, project_id=project_id)
    assert slipway.wait_for_job(job_id)["state"] == "failed"
    return job_id


def edited(page: Page, **changes: str) -> str:
    return json.dumps(json.loads(page.get_by_role("textbox", name="Payload").input_value()) | changes)


def test_a_job_that_failed_for_good_is_mended_and_run_again(
    slipway: Slipway, data: Data, open_panel: OpenPanel
) -> None:
    job_id = failed(slipway, "mended")
    page = open_panel(slipway, f"/jobs/{job_id}", meant=[r"422"])
    with without_reload(page):
        page.get_by_role("link", name="dead letter", exact=True).click()
        expect_state(page, "Open")
        expect(panel(page, "Why it is dead")).to_contain_text("UnknownDefinition")
        expect(panel(page, "Against the last good run")).to_contain_text("payload.agent_name")

        page.get_by_role("button", name="Edit and run again").click()
        payload = page.get_by_role("textbox", name="Payload")
        mended = edited(page, agent_name="researcher")
        payload.fill("{nonsense")
        expect(page.get_by_text("This is not JSON")).to_be_visible()
        payload.fill('{"agent_nam": "researcher"}')
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("agent_nam")
        payload.fill(mended)
        page.get_by_role("button", name="Run", exact=True).click()

        expect_state(page, "Succeeded")
        page.go_back()
        expect_state(page, "Resolved")
        expect(panel(page, "Facts")).to_contain_text("Run again as")
        expect(page.get_by_role("button", name="Run again")).to_have_count(0)


def test_what_is_picked_is_discarded_with_a_reason_and_leaves_the_list_of_open_ones(
    slipway: Slipway, open_panel: OpenPanel
) -> None:
    for _ in range(2):
        failed(slipway, "given-up")
    page = open_panel(slipway, "/dead-letters?project_id=given-up")
    rows = page.get_by_role("table", name="Dead letters").locator("tbody tr")
    badge = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Dead letters")
    expect(rows).to_have_count(2)
    expect(badge).to_have_text(re.compile(r"\d"))
    before = badge.inner_text()

    with without_reload(page):
        page.get_by_role("checkbox", name="Pick all that are listed").check()
        page.get_by_role("region", name="Selected dead letters").get_by_role("button", name="Discard…").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Discard")).to_be_disabled()
        dialog.get_by_label("Reason").fill("a typing mistake")
        dialog.get_by_role("button", name="Discard").click()
        expect(dialog).to_contain_text("2 discarded")
        dialog.get_by_role("button", name="Close").first.click()
        expect(rows).to_have_count(0)
        expect(badge).not_to_have_text(before)

        page.get_by_role("combobox", name="State").click()
        page.get_by_role("option", name="Discarded").click()
        expect(rows).to_have_count(2)
