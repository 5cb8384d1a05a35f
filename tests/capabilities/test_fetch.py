"""The only way out: which addresses are refused, what a call may cost, and what nobody is told of an address."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from capabilities.fetch.addresses import literal
from capabilities.fetch.client import ANSWER_LIMIT, post
from capabilities.fetch.errors import AddressRefused, Unreachable
from capabilities.fetch.urls import shown_host, target_of, without_address
from core.settings import get_settings
from tests.webhooks.receiver import Reply, receiving

INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "api.localhost", "[::1]", "0.0.0.0",
    "[::]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254", "[fe80::1]",
    "[fd00::1]", "[fec0::1]", "224.0.0.1", "[ff02::1]", "255.255.255.255", "168.63.129.16", "192.0.0.8",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]",
]  # fmt: skip


def getting(*answers: str) -> Any:
    """A resolver that gives each call its own answer, as a name server does that wants to get inside."""
    rest = list(answers)

    def resolver(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in rest.pop(0).split()]

    return resolver


@pytest.fixture
def loopback_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FETCH_ALLOWED_NETWORKS", "127.0.0.0/8")
    get_settings.cache_clear()


@pytest.mark.parametrize("host", INSIDE)
def test_an_inside_address_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(f"https://{host}/")


@pytest.mark.parametrize("host", INSIDE)
def test_a_name_that_resolves_to_one_is_refused_when_it_is_called(host: str) -> None:
    address = literal(host.strip("[]"))

    with pytest.raises(AddressRefused) as refused:
        post("https://looks.harmless.example/", b"{}", {}, resolver=getting(str(address)))

    assert str(address) not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com", "https://",
        "https://user:password@example.com/", "https://user@example.com/", "https://exa mple.com/",
        "https://example.com:0/",
        "https://example.com:99999/", "https://ⓔxample.com/", "https://example.com/\r\nHost:x", "https://[::1",
        "h" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        target_of(url)

    assert "password" not in refused.value.message.replace("or a password", "")


def test_production_calls_https_only_unless_it_is_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    get_settings.cache_clear()
    with pytest.raises(AddressRefused, match="FETCH_ALLOW_HTTP"):
        target_of("http://example.com/")

    monkeypatch.setenv("FETCH_ALLOW_HTTP", "true")
    get_settings.cache_clear()

    assert target_of("http://example.com/").port == 80


def test_one_bad_address_among_good_ones_refuses_the_call() -> None:
    with pytest.raises(AddressRefused):
        post("https://example.com/", b"{}", {}, resolver=getting("93.184.216.34 10.0.0.1"))


@pytest.mark.usefixtures("loopback_allowed")
def test_what_was_checked_is_what_is_connected_to() -> None:
    """A name server that answers otherwise the second time is asked only once; Host stays the name."""
    with receiving() as receiver:
        url = f"http://receiver.example:{receiver.server_port}/hook?a=b"

        answer = post(url, b"{}", {"x-own": "1"}, resolver=getting("127.0.0.1", "169.254.169.254"))

    assert answer.status == 204
    [call] = receiver.calls
    assert call.headers["host"] == f"receiver.example:{receiver.server_port}"
    assert (call.path, call.headers["x-own"]) == ("/hook?a=b", "1")


@pytest.mark.usefixtures("loopback_allowed")
def test_the_next_call_asks_and_checks_anew() -> None:
    with receiving() as receiver:
        url = f"http://receiver.example:{receiver.server_port}/"
        resolver = getting("127.0.0.1", "169.254.169.254")
        post(url, b"{}", {}, resolver=resolver)

        with pytest.raises(AddressRefused):
            post(url, b"{}", {}, resolver=resolver)


@pytest.mark.usefixtures("loopback_allowed")
def test_a_redirect_is_an_answer_and_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with receiving(Reply(status=302, headers={"location": "http://169.254.169.254/"})) as receiver:
        assert post(receiver.url, b"{}", {}).status == 302

    assert len(receiver.calls) == 1


@pytest.mark.usefixtures("loopback_allowed")
def test_only_the_beginning_of_an_answer_is_read() -> None:
    with receiving(Reply(status=500, body=b"x" * 1_000_000)) as receiver:
        answer = post(receiver.url, b"{}", {})

    assert len(answer.body) == ANSWER_LIMIT


@contextmanager
def dripping() -> Iterator[int]:
    """A server that sends one byte of an endless header at a time; answers its port."""
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        with closing(server.accept()[0]) as connection:
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()


@pytest.mark.usefixtures("loopback_allowed")
def test_a_server_that_drips_does_not_hold_a_call_beyond_its_time() -> None:
    with dripping() as port, pytest.raises(Unreachable):
        post(f"http://127.0.0.1:{port}/secret-path", b"{}", {}, seconds=0.3)


@pytest.mark.usefixtures("loopback_allowed")
def test_nobody_there_is_worth_another_try_and_told_without_the_path() -> None:
    with receiving() as receiver:
        url = receiver.url

    with pytest.raises(Unreachable) as failed:
        post(url, b"{}", {})

    assert "127.0.0.1" in failed.value.message
    assert "token" not in failed.value.message


def test_a_name_server_that_does_not_answer_does_not_hold_a_call_beyond_its_time() -> None:
    answered = threading.Event()

    def silent(*_: Any, **__: Any) -> Any:
        answered.wait(60)
        return []

    try:
        with pytest.raises(Unreachable, match="not resolved in time"):
            post("https://example.com/", b"{}", {}, resolver=silent, seconds=0.1)
    finally:
        answered.set()


def test_a_name_without_an_address_is_worth_another_try() -> None:
    def nothing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror

    with pytest.raises(Unreachable):
        post("https://example.com/", b"{}", {}, resolver=nothing)


def test_people_see_the_host_and_nothing_else() -> None:
    url = "https://hooks.example.com:8443/services/T0123456/B9876543?key=abcdefgh"

    assert shown_host(url) == "hooks.example.com:8443"
    assert without_address("no T0123456 for abcdefgh at /services/T0123456/B9876543", url) == "no ••• for ••• at •••"
