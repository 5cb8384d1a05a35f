import pytest
from playwright.sync_api import expect

from tests.panel.conftest import OpenPanel
from tests.slipway import Slipway

pytestmark = pytest.mark.browser

SLIP_IN = """() => document.body.append(
  Object.assign(document.createElement("script"), { textContent: "window.slippedIn = true" }))"""


def test_a_script_that_slipped_into_the_page_is_not_run(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/agents", meant=["script-src"])
    expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()

    page.evaluate(SLIP_IN)

    assert not page.evaluate("() => 'slippedIn' in window")
