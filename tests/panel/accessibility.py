"""axe-core in the page; it comes with the panel's own packages."""

from collections.abc import Sequence
from typing import Literal

from playwright.sync_api import Page, expect

from core.settings import ROOT
from tests.panel.conditions import expect_settled

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, Scheme] = ("light", "dark")

AXE = ROOT / "admin-panel" / "node_modules" / "axe-core" / "axe.min.js"
OF_COLOURS = ("color-contrast", "link-in-text-block")
GRAVE = ("serious", "critical")


def bring_axe(page: Page) -> None:
    """Until another document is loaded. A script element would be against the page's policy."""
    page.evaluate(AXE.read_text(encoding="utf-8"))


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What would keep somebody from using the page, and where; by all rules unless some are named."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [
        f"{page.url}: {one['id']}, {one['help']}: {node['target']} {node['failureSummary']}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def violations_in_either_scheme(page: Page) -> list[str]:
    """By all rules in the scheme that the page is in; the other differs in its colours alone."""
    now = page.evaluate("() => document.documentElement.dataset.mantineColorScheme")
    other = SCHEMES[now == "light"]
    return violations_in(page, now) + violations_in(page, other, OF_COLOURS)


def violations_in(page: Page, scheme: Scheme, rules: Sequence[str] = ()) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_be_attached()
    expect_settled(page)
    return [f"{scheme}: {one}" for one in violations(page, rules)]
