import pytest
from playwright.sync_api import Page, expect

from core.db import writing
from tests.panel.conftest import OpenPanel
from tests.slipway import Slipway
from tests.surroundings import use_database
from web.auth.passwords import hash_password
from web.auth.roles import Role
from web.auth.users import add_user

pytestmark = pytest.mark.browser

OLD, NEW = "the password at first", "the password that follows"
SIGNED_OUT = (r"401.*/api/", r"422.*/api/auth/password")


def enter(page: Page, password: str) -> None:
    page.get_by_role("textbox", name="User name").fill("petra")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def change_password(page: Page, old: str, new: str) -> None:
    page.get_by_label("Current password").fill(old)
    page.get_by_label("New password").fill(new)
    page.get_by_role("button", name="Change password").click()


def test_a_person_changes_the_password_and_ends_their_sessions(
    slipway: Slipway, open_panel: OpenPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_database(monkeypatch, f"sqlite:///{slipway.directory}/slipway.db")
    with writing() as session:
        add_user(session, "petra", Role.VIEWER, hash_password(OLD))
    here, elsewhere = (
        open_panel(slipway, "/settings/account", signed_in=False, meant=SIGNED_OUT, user_agent=agent)
        for agent in ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
    )
    for page in (here, elsewhere):
        enter(page, OLD)
        expect(page.get_by_role("heading", name="Account", level=1)).to_be_visible()
    here.reload()
    expect(here.get_by_text("this one")).to_have_count(1)

    here.get_by_role("button", name="End the session of Firefox on Windows").click()
    expect(here.get_by_text("The session has ended.")).to_be_visible()
    elsewhere.reload()
    expect(elsewhere.get_by_role("heading", name="Sign in to Slipway")).to_be_visible()

    change_password(here, "not the password", NEW)
    expect(here.get_by_text("This is not your password.")).to_be_visible()
    change_password(here, OLD, NEW)
    expect(here.get_by_text("Your password is changed.")).to_be_visible()

    here.get_by_role("button", name="Sign out everywhere").click()
    here.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(here.get_by_role("heading", name="Sign in to Slipway")).to_be_visible()
    enter(here, NEW)
    expect(here.get_by_text("petra · viewer")).to_be_visible()
