"""Who really speaks to us, before anybody's word about it.

The address at the other end of the connection is noted first; only then are X-Forwarded-For and X-Forwarded-Proto
believed, and only from addresses that are trusted to send them. uvicorn does the same by itself unless it is started
with --no-proxy-headers, and then the address that we see may be one that a header claims: see `_was_rewritten`.
"""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.settings import Settings
from core.sign_in_settings import Network

FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class Peer:
    """Notes the peer in the scope's state, then lets uvicorn's own layer set client and scheme."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._believing = lru_cache(maxsize=1_000)(self._made_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        claims = not FORWARDED.isdisjoint(dict(scope["headers"]))
        peer = None if claims and _was_rewritten(scope) else (scope.get("client") or ("",))[0]
        scope.setdefault("state", {})["peer"] = peer
        inner = self._believing(peer) if peer and claims else self._app
        await inner(scope, receive, send)  # type: ignore[arg-type]

    def _made_for(self, peer: str) -> ProxyHeadersMiddleware:
        return ProxyHeadersMiddleware(self._app, _believed(self._settings, peer))  # type: ignore[arg-type]  # ASGI


def _believed(settings: Settings, peer: str) -> list[str]:
    """`*` is whoever speaks to us, and not uvicorn's everybody: it would take the first address of the header, which
    routers append to, so that each client could choose its own and guess passwords under a new one each time."""
    names = [one.strip() for one in settings.forwarded_allow_ips.split(",")]
    return [*(peer if one == "*" else one for one in names), *map(str, settings.trusted_proxies)]


def _was_rewritten(scope: Scope) -> bool:
    """True when uvicorn may have put an address from X-Forwarded-For in the place of the peer's.

    It then sets port 0 or the port that the header names. Both must fit: a client that names the proxy's address, and
    any port, would otherwise hide behind it.
    """
    host, port = scope.get("client") or ("", 0)
    claimed = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    return any(_may_be(one.strip(), host, port) for one in claimed if one.strip())


def _may_be(claim: str, host: str, port: int) -> bool:
    claimed, _, number = claim.rpartition(":")
    return port == 0 or (claimed.strip("[]") == host and _number(number) == port)


def _number(text: str) -> int | None:
    """As uvicorn reads it."""
    try:
        return int(text)
    except ValueError:
        return None


def peer_of(scope: Scope) -> str | None:
    """None when it is not known for certain."""
    peer: str | None = scope.get("state", {}).get("peer")
    return peer or None


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return any((mapped or found) in network for network in networks)
