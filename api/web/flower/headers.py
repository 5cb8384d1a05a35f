"""What goes up and what comes down: two lists of what is allowed. Everything else stays where it is.

Up never go the session's cookie, an Authorization header, X-Forwarded-* or Forwarded: Flower believes none of them.
Flower compares Origin with Host, so Host is the one that the browser sent, with its port.
"""

import base64
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from core.flower_credential import our_credential
from core.flower_settings import FlowerAddress
from web.flower.access import LOGIN_DONE, SIGN_IN, has_own_sign_in
from web.flower.cookies import cookies_down, cookies_up
from web.flower.paths import HOME, UNDER, below

UP = (
    "accept",
    "accept-language",
    "content-type",
    "if-modified-since",
    "if-none-match",
    "origin",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "user-agent",
    "x-requested-with",
    "x-xsrftoken",
)
DOWN = ("content-language", "content-type", "etag", "last-modified")
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
Lines = list[tuple[str, str]]


def public_host(headers: Headers) -> str:
    """Raises HTTPException when it is none: it becomes part of a policy."""
    host = headers.get("host", "")
    if not HOST.fullmatch(host):
        raise HTTPException(400, "The Host header is not a host's name.")
    return host


def headers_up(headers: Headers, cookies: dict[str, str], upstream: FlowerAddress) -> Lines:
    lines = [(name, headers[name]) for name in UP if name in headers]
    lines += [("host", public_host(headers)), ("accept-encoding", "identity")]
    if has_own_sign_in():
        return lines + cookies_up(cookies)
    credential = upstream.credential or our_credential()
    return [*lines, ("authorization", "Basic " + base64.b64encode(credential.encode()).decode())]


def headers_down(headers: Lines, path: str, scheme: str) -> Iterator[tuple[str, str]]:
    """Of an answer to a request for `path` (below /flower/)."""
    for name, value in headers:
        if name in DOWN:
            yield name, value
        elif name == "location" and (place := place_of(value, path)):
            yield name, place
        elif name == "set-cookie" and has_own_sign_in():
            yield from cookies_down(value, scheme)
    yield "cache-control", "private, max-age=86400" if path.startswith("static/") else "no-store"


def place_of(location: str, path: str) -> str | None:
    """Where a redirect may lead: below /flower/; from Flower's sign-in also to the provider, and in the end to our own
    page, which closes the pop-up."""
    own_sign_in = has_own_sign_in() and SIGN_IN.fullmatch(path)
    target = urlsplit(location)
    if target.netloc:
        return location if own_sign_in and target.scheme in ("http", "https") else None
    if target.path.rstrip("/") == HOME:
        return UNDER + (LOGIN_DONE if own_sign_in else "")
    return location if below(location) is not None else None
