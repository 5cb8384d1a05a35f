"""A whole Slipway for a test: web and worker as processes of their own, spoken to over HTTP as any client does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.db import writing
from core.settings import ROOT
from launch.broker import PrivateBroker
from tests.brokers import virtual_host
from tests.ports import free_port
from tests.processes import Process, celery_worker, web_server
from tests.surroundings import use_broker, use_database, use_no_settings_but_ours
from tests.waiting import wait_for
from web.auth.roles import Role
from web.auth.tokens import create_token

CONTEXT = """Harbour Books sells used books from a boat in Lisbon. Two people work there.

Most customers are tourists who buy one book, usually in English. The owners want more local readers.

The boat has no shelf space left. Winter is slow; in summer they sell forty books a day."""


PASSWORD = "the-admins-own-passphrase"


def use_slipway_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up secrets, for which a test can look where they must not be; and a model that fails nobody by chance."""
    monkeypatch.setenv("SECRET_KEY", "a-secret-key-that-must-not-be-seen-0123456789")
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    monkeypatch.setenv("LLM_API_KEY", "sk-must-not-be-seen-anywhere")
    monkeypatch.setenv("LLM_SIMULATED_FAILURE_RATE", "0")


@contextmanager
def settings_of_a_slipway(directory: Path, template: Path, node: PrivateBroker, **variables: str) -> Iterator[None]:
    """A database, a virtual host and secrets of its own, for a fixture that serves more than one test."""
    database = shutil.copy(template, directory / "slipway.db")
    with virtual_host(node, directory.name) as url, pytest.MonkeyPatch.context() as patch:
        use_no_settings_but_ours(patch, directory)
        use_database(patch, f"sqlite:///{database}")
        use_broker(patch, url)
        use_slipway_settings(patch)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


@dataclass
class Slipway:
    directory: Path
    port: int = field(default_factory=free_port)
    started: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        with writing() as session:
            self.token = create_token(session, "test", Role.ADMIN).secret
        self.client = self.client_of(self.token)

    def client_of(self, token: str) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {token}"}
        # Each request on a connection of its own: the server closes an idle one, perhaps while it is used again.
        alone = httpx2.Limits(max_keepalive_connections=0)
        return httpx2.Client(base_url=self.url, headers=headers, timeout=70, trust_env=False, limits=alone)

    def start_web(self, tree: Path = ROOT) -> Process:
        web = web_server(self.directory / f"web-{len(self.started)}.log", self.port, tree=tree)
        self.started.append(web)
        wait_for(self._answers, what="the web process to answer", timeout=60)
        return web

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _answers(self) -> bool:
        try:
            return self.client.get("/healthz").status_code == 200
        except httpx2.TransportError:
            return False

    def end(self) -> None:
        self.client.close()
        for process in self.started:
            process.end()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(path, json=body).raise_for_status().json()

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params).raise_for_status().json()

    def start_agent(self, **changes: Any) -> Any:
        body = {"project_id": "harbour", "agent_name": "researcher", "context": CONTEXT, **changes}
        return self.post("/api/agents", body)

    def wait_for_job(self, job_id: str, seconds: int = 60) -> Any:
        return self.get(f"/api/jobs/{job_id}", wait=seconds)


@contextmanager
def running_slipway(directory: Path, port: int | None = None) -> Iterator[Slipway]:
    """A web process; whoever needs workers starts them."""
    whole = Slipway(directory, port or free_port())
    try:
        whole.start_web()
        yield whole
    finally:
        whole.end()


@contextmanager
def slipway_and_worker(directory: Path, *arguments: str, name: str) -> Iterator[Slipway]:
    """A web process and a worker of all queues, for tests that break neither."""
    worker = celery_worker(directory / "worker.log", *arguments, name=name)
    try:
        with running_slipway(directory) as whole:
            worker.wait_for_output("worker is ready")
            yield whole
    finally:
        worker.end()
