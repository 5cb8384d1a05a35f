"""What operators ask of a worker on its page, and what the doctor tells admins."""

import pytest
from playwright.sync_api import expect

from tests.panel.conftest import OpenPanel
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def test_a_worker_is_quieted_and_listens_again_and_each_order_shows_its_outcome(
    slipway: Slipway, open_panel: OpenPanel
) -> None:
    page = open_panel(slipway, "/workers/panel@localhost")
    orders = page.get_by_role("table", name="Orders")

    page.get_by_role("button", name="Quiet").click()
    expect(orders.get_by_text("It takes no more jobs, and finishes those that it has.")).to_be_visible()
    expect(page.get_by_role("heading", level=1).get_by_text("Quiet")).to_be_visible()
    page.get_by_role("button", name="Listen").click()
    expect(orders.get_by_text("It takes jobs again.")).to_be_visible()
    expect(page.get_by_role("heading", level=1).get_by_text("Alive")).to_be_visible()

    page.get_by_role("button", name="Shut down").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [one["kind"] for one in slipway.get("/api/workers/panel@localhost")["orders"]] == ["listen", "quiet"]


def test_the_doctor_tells_what_is_wrong_and_looks_again(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/settings/doctor")
    expect(page.get_by_text("The broker answers.")).to_be_visible()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("The broker takes messages.")).to_be_visible()
