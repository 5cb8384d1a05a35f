"""Flower's door: shut unless somebody on this machine asks for it to be open."""

import subprocess
from pathlib import Path

import httpx2
import pytest

from core.flower_credential import derived
from tests.postgres import free_port
from tests.processes import API, BIN, Process
from tests.waiting import wait_for
from worker.flower import FlowerRefused, _options

LOCAL = {"FLOWER_ADDRESS": "127.0.0.1"}


def flower(log: Path, port: int, *arguments: str) -> Process:
    command = [str(BIN / "celery"), "-A", "worker.celery_app", "flower", f"--port={port}", *arguments]
    return Process(command, log=log)


def status(url: str, **headers: str) -> int:
    try:
        return httpx2.get(url, headers=headers, trust_env=False, timeout=20).status_code
    except httpx2.TransportError:
        return 0


def test_without_any_setting_it_asks_for_a_password_that_only_we_can_derive() -> None:
    options = _options([], {})

    assert options.basic_auth == [f"slipway:{derived('password')}"]
    assert options.address == "127.0.0.1"


@pytest.mark.parametrize("argv", [["--unauthenticated_api"], []], ids=["the flag", "the variable"])
def test_the_documents_two_ways_open_it_on_this_machine(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if not argv:
        monkeypatch.setenv("FLOWER_UNAUTHENTICATED_API", "true")

    options = _options(argv, LOCAL)

    assert options.unauthenticated_api
    assert options.basic_auth == []


def test_it_is_never_open_to_other_machines() -> None:
    with pytest.raises(FlowerRefused, match="must stay on this machine"):
        _options(["--unauthenticated_api", "--address=0.0.0.0"], {})


def test_it_is_never_open_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", "k" * 40)

    with pytest.raises(FlowerRefused, match="development only"):
        _options(["--unauthenticated_api"], LOCAL)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "admin:long-password,",
        "admin",
        "admin:short",
        "ädmin:long-password",
        ":x",
        "admin:password",
        "a:long-password,b:changeme",
    ],
)
def test_credentials_that_would_let_everybody_in_are_refused(given: str) -> None:
    with pytest.raises(FlowerRefused, match="FLOWER_BASIC_AUTH"):
        _options([], {"FLOWER_BASIC_AUTH": given})


@pytest.mark.integration
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((), {"/": 401, "/api/workers": 401}), (("--unauthenticated_api",), {"/": 200, "/api/workers": 200})],
    ids=["shut", "open"],
)
def test_a_real_flower_answers_as_it_was_told(
    sqlite_database: str, broker: str, tmp_path: Path, arguments: tuple[str, ...], expected: dict[str, int]
) -> None:
    address = f"http://127.0.0.1:{(port := free_port())}"
    process = flower(tmp_path / "flower.log", port, *arguments)
    try:
        wait_for(lambda: status(f"{address}/healthcheck"), what="Flower to answer")
        assert {path: status(address + path) for path in expected} == expected
        assert status(f"{address}/workers", Authorization="Basic !") == expected["/"]
    finally:
        process.end()


@pytest.mark.integration
def test_bad_credentials_stop_it_with_one_sentence(
    broker: str, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWER_BASIC_AUTH", "admin:long-password,")
    command = [str(BIN / "celery"), "-A", "worker.celery_app", "flower", f"--port={free_port()}"]

    done = subprocess.run(command, cwd=API, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode != 0
    assert "one comma" in done.stderr
    assert "Traceback" not in done.stderr
