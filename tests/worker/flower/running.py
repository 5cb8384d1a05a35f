"""A real Flower, as a test starts and asks it."""

import subprocess
from pathlib import Path

import httpx2

from tests.processes import API, BIN, Process

OAUTH = {
    "FLOWER_OAUTH_PROVIDER": "okta",
    "FLOWER_AUTH": ".*@example.com",
    "FLOWER_OAUTH2_KEY": "flower",
    "FLOWER_OAUTH2_SECRET": "s",
    "FLOWER_OAUTH2_REDIRECT_URI": "https://panel.example.com/flower/login",
    "FLOWER_OAUTH2_OKTA_BASE_URL": "https://example.okta.com/oauth2",
    "FLOWER_URL_PREFIX": "flower",
}


def flower_settings(port: int) -> dict[str, str]:
    """For a Flower on that port and for the web process that shows it."""
    return {"FLOWER_URL": f"http://127.0.0.1:{port}", "FLOWER_URL_PREFIX": "flower"}


def flower_command(port: int, *arguments: str) -> list[str]:
    return [str(BIN / "celery"), "-A", "worker.celery_app", "flower", f"--port={port}", *arguments]


def start_flower(log: Path, port: int, *arguments: str) -> Process:
    return Process(flower_command(port, *arguments), log=log)


def flower_that_ends(port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = flower_command(port, *arguments)
    return subprocess.run(command, cwd=API, capture_output=True, text=True, timeout=60, check=False)


def status(url: str, method: str = "GET", **headers: str) -> int:
    try:
        return httpx2.request(method, url, headers=headers, trust_env=False, timeout=60).status_code
    except httpx2.TransportError:
        return 0
