import pytest
from playwright.sync_api import expect

from tests.panel.conftest import OpenPanel
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def test_a_token_is_shown_once_works_and_is_refused_once_revoked(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/tokens")
    page.get_by_role("button", name="New token").click()
    page.get_by_role("textbox", name="Name").fill("deploy script")
    page.get_by_role("button", name="Create token").click()
    token = page.get_by_label("token", exact=True).inner_text().strip()
    assert status_with(slipway, token) == 200

    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert token not in page.content()
    page.reload()
    expect(page.get_by_text("deploy script")).to_be_visible()
    assert token not in page.content()

    page.get_by_role("button", name="Revoke deploy script").click()
    page.get_by_role("button", name="Revoke token").click()
    expect(page.get_by_text("deploy script is revoked.")).to_be_visible()
    assert status_with(slipway, token) == 401


def status_with(slipway: Slipway, token: str) -> int:
    return slipway.client.get("/api/jobs", headers={"Authorization": f"Bearer {token}"}).status_code
