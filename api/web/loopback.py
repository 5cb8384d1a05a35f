"""In development the server answers this machine only.

Both sides are looked at: the client's address, and the Host header, which tells a page of another site apart that
has its name point to this machine (DNS rebinding).
"""

from functools import lru_cache
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import Forbidden
from web.problems import answer_to
from web.request_headers import header_of


class NotFromHere(Forbidden):
    """This server runs in development mode and answers only its own machine, as localhost.
    To serve others, set SLIPWAY_ENV=production and what production needs."""


class LoopbackOnly:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not (_client_is_local(scope) and _host_is_local(scope)):
            await answer_to(NotFromHere(" ".join((NotFromHere.__doc__ or "").split())))(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _client_is_local(scope: Scope) -> bool:
    client = scope.get("client")
    return client is None or not client[0] or _is_loopback(client[0])  # none: a Unix socket


def _host_is_local(scope: Scope) -> bool:
    host = header_of(scope, b"host") or ""
    name = host.rsplit("]", 1)[0].removeprefix("[") if host.startswith("[") else host.rsplit(":", 1)[0]
    return name.lower() == "localhost" or name.lower().endswith(".localhost") or _is_loopback(name)


@lru_cache(maxsize=1_000)
def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)
