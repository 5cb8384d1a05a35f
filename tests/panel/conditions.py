"""What the tests look for on more than one page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.slipway import Slipway


@contextmanager
def without_reload(page: Page) -> Iterator[None]:
    """What happens inside is seen by one and the same document."""
    page.evaluate("() => { window.stillHere = true; }")
    yield
    assert page.evaluate("() => window.stillHere === true"), "the page was loaded anew"


def panel(page: Page, title: str) -> Locator:
    """One titled block of a page."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, level=2))


def expect_state(page: Page, word: str) -> None:
    """The badge beside the page's title."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(word)


def expect_settled(page: Page) -> None:
    """Everything is there and nothing moves, except what turns for ever."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.effect.getComputedTiming().iterations === Infinity)"
    )


@contextmanager
def a_paused_queue(slipway: Slipway, queue: str) -> Iterator[None]:
    """What is submitted to it waits for the end of this, and every page has a banner."""
    slipway.post(f"/api/queues/{queue}/pause", {"reason": "the provider is down"})
    try:
        yield
    finally:
        slipway.post(f"/api/queues/{queue}/resume", {})
