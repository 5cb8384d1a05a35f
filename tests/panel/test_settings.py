"""What admins do under Settings, and what the audit log makes of it."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.panel.conditions import panel
from tests.panel.conftest import OpenPanel
from tests.panel.openings import reset_password_of
from tests.slipway import Slipway

pytestmark = pytest.mark.browser


def test_an_admin_looks_after_a_person_and_the_audit_log_has_it_all(slipway: Slipway, open_panel: OpenPanel) -> None:
    clipboard = ["clipboard-read", "clipboard-write"]
    page = open_panel(slipway, "/settings/users", meant=[r"422.*/api/users"], permissions=clipboard)
    first = add_user(page, "Vera")
    assert role_of(slipway, "vera", first) == "viewer"
    make_operator(page, "vera")
    assert role_of(slipway, "vera", first) == "operator"
    reset_password_of(page, "vera")
    second = the_password_once(page)
    assert (role_of(slipway, "vera", first), role_of(slipway, "vera", second)) == (None, "operator")
    remove(page, "vera")
    assert role_of(slipway, "vera", second) is None

    page.get_by_role("link", name="Audit log").click()
    expect_the_deeds_of_admin(page, "vera")
    assert not any(password in page.content() for password in (first, second))
    expect_refused_sign_ins(page, "vera")


def make_operator(page: Page, name: str) -> None:
    page.get_by_role("combobox", name=f"Role of {name}").click()
    page.get_by_role("option", name="operator").click()
    expect(page.get_by_text(f"{name} has another role.")).to_be_visible()


def remove(page: Page, name: str) -> None:
    """After having thought better of it once."""
    page.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("button", name="Remove user").click()
    expect(page.get_by_text(f"{name} is removed.")).to_be_visible()
    expect(page.get_by_role("button", name=f"Remove {name}")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove admin")).to_be_disabled()


def expect_the_deeds_of_admin(page: Page, target: str) -> None:
    page.get_by_role("textbox", name="Actor").fill("admin")
    page.get_by_role("textbox", name="Target").fill(target)
    expect(page).to_have_url(re.compile(f"actor=admin&target={target}"))
    page.reload()
    expect(page.get_by_role("textbox", name="Target")).to_have_value(target)
    deeds = ["remove user", "reset password", "change role", "create user"]
    for entry, did in zip(entries(page, 4), deeds, strict=True):
        expect(entry).to_contain_text(f"admin {did} {target}")
        expect(entry).to_contain_text("done")
    expect(entries(page, 4)[2]).to_contain_text("was: viewer, now: operator")


def expect_refused_sign_ins(page: Page, name: str) -> None:
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile(r"/settings/audit$"))
    page.get_by_role("combobox", name="Result").click()
    page.get_by_role("option", name="refused").click()
    refused = page.get_by_role("listitem").filter(has_text=f"anonymous sign in {name}")
    expect(refused.first).to_contain_text("WrongCredentials")
    expect(refused.first).to_contain_text("refused")


def add_user(page: Page, name: str) -> str:
    page.get_by_role("button", name="Add user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("a b")
    dialog.get_by_role("button", name="Add user").click()
    expect(dialog.get_by_text("A user's name has letters").first).to_be_visible()
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="Add user").click()
    return the_password_once(page)


def the_password_once(page: Page) -> str:
    """As it was shown, which is what the copy button takes."""
    shown = page.get_by_label("password", exact=True).inner_text().strip()
    page.get_by_role("button", name="Copy password").click()
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == shown
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert shown not in page.content()
    return shown


def entries(page: Page, count: int) -> list[Locator]:
    """Of the log, the newest first."""
    found = page.locator("section").get_by_role("listitem")
    expect(found).to_have_count(count)
    return found.all()


def role_of(slipway: Slipway, name: str, password: str) -> Any:
    """None when the password does not let them in."""
    with httpx2.Client(base_url=slipway.url, trust_env=False, timeout=60) as client:
        client.post("/api/auth/login", json={"username": name, "password": password})
        return client.get("/api/auth/me").json().get("role")


def test_what_admins_alone_see_is_told_to_a_viewer_who_asks_for_it(slipway: Slipway, open_panel: OpenPanel) -> None:
    password = slipway.post("/api/users", {"name": "victor", "role": "viewer"})["password"]
    page = open_panel(slipway, "/settings/users", signed_in=False, meant=[r"401.*/api/auth/me"])
    page.get_by_role("textbox", name="User name").fill("victor")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This page is for admins")).to_be_visible()
    page.goto("/settings/audit")
    expect(page.get_by_text("This page is for admins")).to_be_visible()
    expect(page.get_by_role("navigation", name="Settings").get_by_role("link", name="Users")).to_have_count(0)

    page.get_by_role("link", name="About").click()
    about = slipway.get("/api/about")
    for told in (about["version"], about["python"], about["celery"], about["broker"]["version"]):
        expect(panel(page, "Versions")).to_contain_text(told)
    expect(panel(page, "Health")).to_contain_text("taken")
