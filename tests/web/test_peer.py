"""Who is at the other end of the connection, whatever headers say and however uvicorn was started."""

from collections.abc import Callable

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.settings import get_settings
from web.peer import Peer, is_within, peer_of

NGINX, STRANGER = "10.0.0.5", "203.0.113.9"

CLAIMS = [
    "10.0.0.5",
    "10.0.0.5:5000",
    "10.0.0.5, 10.0.0.5:5000",
    "[10.0.0.5]:5000",
    "[10.0.0.5]",
    "10.0.0.5:x",
    "127.0.0.1",
    "[::1]:80",
    " 10.0.0.5 , 127.0.0.1",
]


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.5, 127.0.0.0/8, ::1")
    get_settings.cache_clear()


def seen_by_the_application(
    peer: str, *headers: tuple[str, str], around: Callable[..., object] | None = None, port: int = 50_000
) -> Scope:
    seen: list[Scope] = []

    async def application(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    inner = Peer(application, get_settings())
    outer = around(inner) if around else inner
    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "scheme": "http", "client": (peer, port), "headers": raw}
    anyio.run(outer, scope, nothing, nothing)
    return seen[0]


def uvicorn_trusting(names: str) -> Callable[..., object]:
    return lambda app: ProxyHeadersMiddleware(app, names)


def test_a_trusted_proxy_is_believed_about_client_and_scheme_and_stays_the_peer():
    headers = (("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https"))
    scope = seen_by_the_application(NGINX, *headers)
    assert (scope["client"][0], scope["scheme"], peer_of(scope)) == ("198.51.100.7", "https", NGINX)


@pytest.mark.parametrize("claim", ["", "192.0.2.66, ", "192.0.2.66, 203.0.113.9, ", "203.0.113.9:1, "])
def test_a_router_that_everybody_comes_through_is_believed_about_its_own_client_only(
    claim: str, monkeypatch: pytest.MonkeyPatch
):
    """As on Heroku, whose router appends the client to whatever the client has sent."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    get_settings.cache_clear()
    headers = (("x-forwarded-for", f"{claim}198.51.100.7"), ("x-forwarded-proto", "https"))
    scope = seen_by_the_application(STRANGER, *headers)
    assert (scope["client"][0], scope["scheme"]) == ("198.51.100.7", "https")


def test_a_stranger_is_believed_about_nothing():
    headers = (("x-forwarded-for", NGINX), ("x-forwarded-proto", "https"))
    scope = seen_by_the_application(STRANGER, *headers)
    assert (scope["client"][0], scope["scheme"], peer_of(scope)) == (STRANGER, "http", STRANGER)


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("trust", ["*", STRANGER, f"127.0.0.1,{STRANGER}"])
def test_no_header_makes_a_stranger_a_proxy_even_if_uvicorn_believes_the_header(claim: str, trust: str):
    """As when uvicorn is started bare, or told to believe everybody."""
    scope = seen_by_the_application(STRANGER, ("x-forwarded-for", claim), around=uvicorn_trusting(trust))
    assert peer_of(scope) in (None, STRANGER)


@pytest.mark.parametrize("claim", CLAIMS)
def test_two_headers_are_read_as_one(claim: str):
    headers = (("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", claim))
    scope = seen_by_the_application(STRANGER, *headers, around=uvicorn_trusting(STRANGER))
    assert peer_of(scope) in (None, STRANGER)


def test_a_proxy_on_this_machine_is_known_also_when_its_client_is_here_too():
    assert peer_of(seen_by_the_application("127.0.0.1", ("x-forwarded-for", "127.0.0.1"))) == "127.0.0.1"


def test_a_bare_uvicorn_hides_the_proxy_rather_than_the_client_posing_as_one():
    scope = seen_by_the_application(
        "127.0.0.1", ("x-forwarded-for", "198.51.100.7"), around=uvicorn_trusting("127.0.0.1")
    )
    assert (peer_of(scope), scope["client"][0]) == (None, "198.51.100.7")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.5", True),
        ("::ffff:10.0.0.5", True),
        ("127.8.8.8", True),
        ("10.0.0.50", False),
        ("", False),
        ("x", False),
    ],
)
def test_an_address_is_compared_as_a_number(address: str, expected: bool):
    assert is_within(address, get_settings().trusted_proxies) is expected
