"""The only way out to addresses that users typed: no redirects, no proxies of the environment, no cookies.

Every call has a connection of its own, so nothing is shared between receivers and nothing is there to cross a fork.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpcore2

from capabilities.fetch.addresses import Resolver
from capabilities.fetch.errors import Unreachable
from capabilities.fetch.network import CheckedNetwork, Deadline
from capabilities.fetch.urls import Target, target_of

TOTAL_SECONDS = 15.0  # for one call, from the connection to the last byte that is read
ANSWER_LIMIT = 16 * 1024  # bytes of an answer's body; the rest is not read
FAILURES = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
    ssl.SSLError,
    OSError,
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`headers` have lower-case names; `body` is the beginning of it, as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@cache
def _trust() -> ssl.SSLContext:
    """Read once: the system's certificates take 30 ms."""
    return httpcore2.default_ssl_context()


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolver: Resolver = socket.getaddrinfo,
    seconds: float = TOTAL_SECONDS,
) -> Answer:
    """Sends `body`, answers whatever came back. Raises AddressRefused, Unreachable."""
    target = target_of(url)
    network = CheckedNetwork(Deadline(seconds), resolver)
    pool = httpcore2.ConnectionPool(ssl_context=_trust(), network_backend=network, http1=True, http2=False)
    try:
        with pool, pool.stream("POST", _url(target), headers=_headers(target, headers), content=body) as response:
            return Answer(status=response.status, headers=_named(response.headers), body=_beginning(response))
    except FAILURES as error:
        raise Unreachable(f"{target.authority} did not answer: {type(error.__cause__ or error).__name__}.") from None


def _url(target: Target) -> httpcore2.URL:
    return httpcore2.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
    )


def _headers(target: Target, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """`identity`: an answer of a few bytes must not unpack to gigabytes."""
    fixed = {"Host": target.authority, "User-Agent": "Slipway", "Accept-Encoding": "identity", "Connection": "close"}
    return [(name.encode(), value.encode()) for name, value in {**fixed, **headers}.items()]


def _named(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _beginning(response: httpcore2.Response) -> bytes:
    read = bytearray()
    for part in response.iter_stream():
        read += part
        if len(read) >= ANSWER_LIMIT:
            break
    return bytes(read[:ANSWER_LIMIT])
