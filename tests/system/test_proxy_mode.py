"""A proxy that signs people in, over real connections: who is at the other end decides, however uvicorn is started."""

from pathlib import Path

import httpx2
import pytest

from tests.ports import free_port
from tests.processes import Process, web_server
from tests.waiting import wait_for

pytestmark = pytest.mark.integration

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"
QUENTIN = {"X-Forwarded-User": "quentin"}
CLAIMS = [None, PROXY, f"{PROXY}:4711", f"{PROXY}, {PROXY}", f"127.9.9.9, {PROXY}"]


@pytest.fixture
def settings(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_MODE", "proxy")
    monkeypatch.setenv("TRUSTED_PROXIES", PROXY)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # the worst that an operator may say


def status(port: int, address: str, headers: dict[str, str]) -> int:
    transport = httpx2.HTTPTransport(local_address=address)
    with httpx2.Client(transport=transport, trust_env=False, base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        return client.get("/api/auth/me", headers=headers).status_code


def is_up(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def started(log: Path, port: int, *options: str) -> Process:
    web = web_server(log, port, *options)
    wait_for(lambda: is_up(port), what="the web process to answer", timeout=60)
    return web


@pytest.mark.parametrize("options", [["--no-proxy-headers"], []], ids=["as the Procfile has it", "bare"])
@pytest.mark.usefixtures("settings")
def test_only_the_proxy_itself_says_who_somebody_is(tmp_path: Path, options: list[str]) -> None:
    port = free_port()
    web = started(tmp_path / "web.log", port, *options)
    try:
        assert status(port, PROXY, QUENTIN) == 200
        for claim in CLAIMS:
            headers = QUENTIN | ({"X-Forwarded-For": claim} if claim else {})
            assert status(port, STRANGER, headers) == 401, claim
        ignored = [line for line in web.output.splitlines() if "an identity header was ignored" in line]
        assert ignored
        assert "quentin" not in "".join(ignored)
    finally:
        web.end()


@pytest.mark.usefixtures("settings")
def test_the_proxy_may_tell_whose_request_it_passes_on(tmp_path: Path) -> None:
    port = free_port()
    web = started(tmp_path / "web.log", port, "--no-proxy-headers")
    try:
        assert status(port, PROXY, QUENTIN | {"X-Forwarded-For": "127.0.0.9"}) == 200
    finally:
        web.end()
