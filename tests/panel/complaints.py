"""What a browser finds fault with while a test runs."""

import re
from collections.abc import Iterable

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

TAKEN_BACK = "net::ERR_ABORTED"  # by the page itself, as it moved on

# Chromium's own words about a breach do not always reach the console.
TELL_OF_BREACHES = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy breached: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`));"""


class Complaints:
    """Errors and warnings on the console, uncaught errors, breaches of the policy, refused and failed requests."""

    def __init__(self, context: BrowserContext, meant: Iterable[str] = ()) -> None:
        self._heard: list[str] = []
        self._meant = [re.compile(pattern) for pattern in meant]
        context.add_init_script(TELL_OF_BREACHES)
        context.on("console", self._console)
        context.on("weberror", lambda problem: self._heard.append(f"uncaught: {problem.error}"))
        context.on("response", self._response)
        context.on("requestfailed", self._request_failed)

    @property
    def unexpected(self) -> list[str]:
        return [one for one in self._heard if not any(pattern.search(one) for pattern in self._meant)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._heard.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._heard.append(f"answered {response.status}: {response.url}")

    def _request_failed(self, request: Request) -> None:
        if request.failure != TAKEN_BACK:
            self._heard.append(f"failed: {request.url} {request.failure}")
