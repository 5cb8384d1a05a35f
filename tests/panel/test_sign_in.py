import re

import pytest
from playwright.sync_api import Page, expect

from tests.panel.conftest import OpenPanel
from tests.panel.data import Data
from tests.slipway import PASSWORD, Slipway

pytestmark = pytest.mark.browser

# Chromium notes every 401 on the console, also those that are an answer.
SIGNED_OUT = (r"401.*/api/auth/(me|login)",)


def enter(page: Page, password: str) -> None:
    page.get_by_role("textbox", name="User name").fill("admin")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_in(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/sign-in", signed_in=False, meant=SIGNED_OUT)

    enter(page, "a wrong one")
    expect(page.get_by_role("alert")).to_contain_text("password")
    enter(page, PASSWORD)

    expect(page).to_have_url(re.compile(r":\d+/$"))
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    expect(page.get_by_text("admin · admin")).to_be_visible()


def test_an_anonymous_deep_link_leads_to_sign_in_and_back(slipway: Slipway, data: Data, open_panel: OpenPanel) -> None:
    wanted = f"/jobs/{data.failed}?from=mail"
    page = open_panel(slipway, wanted, signed_in=False, meant=SIGNED_OUT)
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))

    enter(page, PASSWORD)

    expect(page).to_have_url(f"{slipway.url}/jobs/{data.failed}?from=mail")
    expect(page.get_by_role("heading", name="Why it failed")).to_be_visible()


def test_who_signs_out_sees_nothing_more_with_the_back_button(slipway: Slipway, open_panel: OpenPanel) -> None:
    page = open_panel(slipway, "/tokens", meant=SIGNED_OUT)
    page.get_by_role("button", name="admin").click()

    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Slipway")).to_be_visible()
    page.go_back()

    expect(page.get_by_role("heading", name="Sign in to Slipway")).to_be_visible()
