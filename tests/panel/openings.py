"""What opens on a page: menus, dialogs and what unfolds, and how a person opens it."""

from collections.abc import Callable

from playwright.sync_api import Page


def open_states(page: Page) -> None:
    page.get_by_role("button", name="Any state").click()


def open_row_menu(page: Page) -> None:
    page.get_by_role("button", name="Actions for").first.click()


def open_new_token(page: Page) -> None:
    page.get_by_role("button", name="New token").click()


def open_new_webhook(page: Page) -> None:
    page.get_by_role("button", name="New webhook").click()


def open_deliveries(page: Page) -> None:
    page.get_by_role("button", name="Deliveries to").last.click()  # the first one made
    page.get_by_role("link", name="Delivery").first.wait_for()


def open_secret(page: Page) -> None:
    page.get_by_role("button", name="Show secret").click()
    page.get_by_label("secret", exact=True).wait_for()


def open_user_menu(page: Page) -> None:
    page.get_by_role("button", name="admin").click()


def open_new_user(page: Page) -> None:
    page.get_by_role("button", name="Add user").click()


def open_new_password(page: Page) -> None:
    reset_password_of(page, "paula")
    page.get_by_label("password", exact=True).wait_for()


def open_removal(page: Page) -> None:
    page.get_by_role("button", name="Remove paula").click()


def open_results(page: Page) -> None:
    page.get_by_role("combobox", name="Result").click()


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search pages").fill("research")


def open_help(page: Page) -> None:
    page.keyboard.press("?")


def open_cancel(page: Page) -> None:
    page.get_by_role("button", name="Cancel").click()


def send_empty_form(page: Page) -> None:
    page.get_by_role("button", name="Start agent").click()


def unfold_attempts(page: Page) -> None:
    page.get_by_role("button", name="Retried").click()


def unfold_steps(page: Page) -> None:
    page.get_by_text("As a table").click()


def pick_a_job(page: Page) -> None:
    page.get_by_role("checkbox", name="Select ping").first.click()


def open_columns(page: Page) -> None:
    page.get_by_role("button", name="Columns").click()


def open_views(page: Page) -> None:
    page.get_by_role("button", name="Views").click()


def edit_payload(page: Page) -> None:
    page.get_by_role("button", name="Edit and run again").click()


def pick_dead_letters(page: Page) -> None:
    page.get_by_role("checkbox", name="Pick all that are listed").click()
    page.get_by_role("button", name="Discard…").click()


def hold_queue(page: Page) -> None:
    page.get_by_role("button", name="Pause…").click()


def open_queue_menu(page: Page) -> None:
    page.get_by_role("button", name="Actions for default").click()


def limit_queue(page: Page) -> None:
    open_queue_menu(page)
    page.get_by_role("menuitem", name="Limits…").click()


def purge_queue(page: Page) -> None:
    open_queue_menu(page)
    page.get_by_role("menuitem", name="Purge…").click()


def limit_task(page: Page) -> None:
    page.get_by_role("button", name="Rate of ping").click()
    page.get_by_role("button", name="Save rate").wait_for()


OPENED: list[tuple[str, Callable[[Page], None]]] = [
    ("/", unfold_steps),
    ("/jobs", open_states),
    ("/jobs", open_row_menu),
    ("/jobs", pick_a_job),
    ("/jobs", open_columns),
    ("/jobs", open_views),
    ("/jobs/{retried}", edit_payload),
    ("/dead-letters", pick_dead_letters),
    ("/dead-letters/{failed}", edit_payload),
    ("/queues/default", hold_queue),
    ("/queues/default", limit_task),
    ("/queues", open_queue_menu),
    ("/queues", limit_queue),
    ("/queues", purge_queue),
    ("/settings/tokens", open_new_token),
    ("/settings/users", open_new_user),
    ("/settings/users", open_new_password),
    ("/settings/users", open_removal),
    ("/settings/audit", open_results),
    ("/settings/webhooks", open_new_webhook),
    ("/settings/webhooks", open_deliveries),
    ("/settings/webhooks", open_secret),
    ("/agents/new", send_empty_form),
    ("/jobs/{scheduled}", open_cancel),
    ("/jobs/{retried}", unfold_attempts),
]


def reset_password_of(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Reset password of {name}").click()
    page.get_by_role("button", name="Reset password", exact=True).click()


# They belong to no page, and stay open when one goes to another.
OPENED_ANYWHERE: list[tuple[str, Callable[[Page], None]]] = [
    ("/settings/tokens", open_user_menu),
    ("/jobs", open_palette),
    ("/jobs", open_help),
]
