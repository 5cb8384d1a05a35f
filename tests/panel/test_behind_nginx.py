"""The panel as the world sees it when deploy/nginx stands in front: over TLS, live, with Flower in its frame."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.deploy.conftest import WORKER, Site, site
from tests.panel.conditions import expect_state, without_reload
from tests.panel.conftest import OpenPanel
from tests.panel.data import ping

pytestmark = pytest.mark.browser

__all__ = ["site"]  # the fixture, which pytest finds by its name here


def test_the_panel_is_live_and_shows_flower_over_tls(site: Site, open_panel: OpenPanel) -> None:
    over_tls: Any = {"ignore_https_errors": True, "viewport": {"width": 1280, "height": 900}}
    waiting = ping(site.slipway, eta="2099-01-01T00:00:00Z")
    page = open_panel(site, f"/jobs/{waiting}", **over_tls)
    expect_state(page, "Scheduled")

    with without_reload(page):
        site.slipway.post(f"/api/jobs/{waiting}/cancel", {})
        expect_state(page, "Cancelled")
        page.get_by_role("link", name="Flower", exact=True).click()
        frame = page.frame_locator("iframe[title=Flower]")
        expect(frame.get_by_role("link", name=WORKER)).to_be_visible()

    [cookie] = [one for one in page.context.cookies() if one["name"] == "__Host-slipway"]
    assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
