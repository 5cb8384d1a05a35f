"""Same-origin proof: an unsafe request with a cookie must come from our own pages.

Browsers say so themselves in Sec-Fetch-Site; those that do not (or plain http) send Origin, which must be our Host.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from core.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE = frozenset({"same-origin", "none"})


class ForeignOrigin(Forbidden):
    """This request does not come from Slipway's own pages. Programs send an API token instead of a cookie."""


def require_own_origin(headers: Headers) -> None:
    """Raises ForeignOrigin, also when there is no proof at all."""
    if not _proved(headers):
        raise ForeignOrigin


def refuse_foreign_origin(headers: Headers) -> None:
    """For sign-in, which has no cookie yet: programs send neither header. Raises ForeignOrigin."""
    if ("sec-fetch-site" in headers or "origin" in headers) and not _proved(headers):
        raise ForeignOrigin


def _proved(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in OWN_SITE
    origin, host = headers.get("origin"), headers.get("host")
    return bool(origin and host) and urlsplit(origin or "").netloc.lower() == (host or "").lower()
