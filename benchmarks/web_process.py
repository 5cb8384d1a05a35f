"""Web servers of the measured kinds, each a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson

from benchmarks.stage import PEERS, Surroundings, peer_python
from core.db import writing
from launch.paths import API, ROOT
from tests.ports import free_port
from tests.processes import Process
from tests.waiting import wait_for
from web.auth.roles import Role
from web.auth.tokens import create_token

OPTIONS = ("--no-access-log", "--no-proxy-headers", "--log-level", "warning", "--timeout-graceful-shutdown", "1")
SETTLE = 1.0  # seconds: what a start leaves to do is done


@contextmanager
def serving(command: list[str], log: Path, *, directory: Path, env: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Answers port and pid of a server that takes connections."""
    port = free_port()
    process = Process([*command, "--port", str(port), *OPTIONS], log=log, directory=directory, env=env)
    try:
        wait_for(lambda: _answers(port), what="the web server to answer", timeout=60)
        time.sleep(SETTLE)
        yield port, process.pid
    finally:
        process.end()


def _answers(port: int) -> bool:
    try:
        httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
    except httpx2.TransportError:
        return False
    return True


@contextmanager
def slipway(place: Surroundings) -> Iterator[tuple[int, int]]:
    command = [sys.executable, "-m", "uvicorn", "benchmarks.beside_empty:app"]
    environment = {**os.environ, "PYTHONPATH": f"{API}:{ROOT}"}
    with serving(command, place.directory / "web.log", directory=API, env=environment) as found:
        yield found


@contextmanager
def fastapi_and_delay(place: Surroundings) -> Iterator[tuple[int, int]]:
    command = [str(peer_python()), "-m", "uvicorn", "fastapi_delay:app"]
    with serving(command, place.directory / "peer.log", directory=PEERS, env=place.peer_environment) as found:
        yield found


def a_token() -> str:
    with writing() as session:
        return create_token(session, "benchmark", Role.OPERATOR).secret


def run_client(module: str, *arguments: object, body: str = "", **variables: str) -> Any:
    """A client in a process of its own, which reads `body`; answers the JSON that it prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": f"{API}:{ROOT}", **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=body, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-2000:]}")
    return orjson.loads(done.stdout)
