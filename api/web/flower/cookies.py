"""Flower's own cookies, which it has only when it signs people in by itself.

It sets them for every path and not as Secure; `user` and `_xsrf` are names that others on this host may use as well.
"""

from collections.abc import Iterator

from starlette.responses import Response

from web.auth.sessions import is_https
from web.flower.paths import HOME

NAMES = ("_xsrf", "user", "oauth_state")
READ_BY_SCRIPT = "_xsrf"
NOT_FLOWERS = ("path", "domain", "secure", "samesite", "httponly")


def cookies_up(cookies: dict[str, str]) -> list[tuple[str, str]]:
    kept = [f"{name}={cookies[name]}" for name in NAMES if name in cookies]
    return [("cookie", "; ".join(kept))] if kept else []


def cookies_down(line: str, scheme: str) -> Iterator[tuple[str, str]]:
    """One Set-Cookie line as ours, or none. Lax: the provider's redirect back must bring `oauth_state`."""
    name = line.partition("=")[0].strip()
    if name not in NAMES:
        return
    first, *attributes = line.split(";")
    kept = [one.strip() for one in attributes if one.strip().partition("=")[0].lower() not in NOT_FLOWERS]
    ours = [f"Path={HOME}", "SameSite=Lax", *(["Secure"] if is_https(scheme) else [])]
    hidden = [] if name == READ_BY_SCRIPT else ["HttpOnly"]
    yield "set-cookie", "; ".join([first.strip(), *kept, *ours, *hidden])


def forget_flower_cookies(response: Response, scheme: str) -> None:
    """Whoever leaves the panel leaves Flower, and whoever comes finds nobody else's: they are good for a month."""
    for name in NAMES:
        response.delete_cookie(
            name, path=HOME, secure=is_https(scheme), httponly=name != READ_BY_SCRIPT, samesite="lax"
        )
