"""axe-core in the page; it comes with the panel's own packages."""

from collections.abc import Sequence

from playwright.sync_api import BrowserContext, Page

from core.settings import ROOT

AXE = ROOT / "admin-panel" / "node_modules" / "axe-core" / "axe.min.js"
OF_COLOURS = ("color-contrast", "link-in-text-block")
GRAVE = ("serious", "critical")


def bring_axe(context: BrowserContext) -> None:
    """Before the page's own scripts; a script element would be against its policy."""
    context.add_init_script(path=AXE)


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
