"""What the tests look for on more than one page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

SLOW = 30_000  # milliseconds, for what a worker has to do first


@contextmanager
def without_reload(page: Page) -> Iterator[None]:
    """What happens inside is seen by one and the same document."""
    page.evaluate("() => { window.stillHere = true; }")
    yield
    assert page.evaluate("() => window.stillHere === true"), "the page was loaded anew"


def panel(page: Page, title: str) -> Locator:
    """One titled block of a page."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, level=2))


def expect_state(page: Page, word: str, timeout: int = SLOW) -> None:
    """The badge beside the page's title."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(word, timeout=timeout)


def expect_settled(page: Page) -> None:
    """Everything is there and nothing moves, except what turns for ever."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.effect.getComputedTiming().iterations === Infinity)"
    )
