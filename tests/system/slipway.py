"""A whole Slipway for a test: web and worker as processes of their own, spoken to over HTTP as any client does."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.postgres import free_port
from tests.processes import API, BIN, Process, web_server
from tests.waiting import wait_for

CONTEXT = """Harbour Books sells used books from a boat in Lisbon. Two people work there.

Most customers are tourists who buy one book, usually in English. The owners want more local readers.

The boat has no shelf space left. Winter is slow; in summer they sell forty books a day."""


def manage(*arguments: str) -> str:
    """`python manage.py …` as an operator types it."""
    command = [str(BIN / "python"), "manage.py", *arguments]
    return subprocess.run(command, cwd=API, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@dataclass
class Slipway:
    directory: Path
    port: int = field(default_factory=free_port)
    started: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = manage("token", "create", "--name", "test", "--role", "admin")
        self.client = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=70,
            trust_env=False,
        )

    def start_web(self) -> Process:
        web = web_server(self.directory / f"web-{len(self.started)}.log", self.port)
        self.started.append(web)
        wait_for(self._answers, what="the web process to answer", timeout=60)
        return web

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


@dataclass
class Event:
    kind: str
    data: str
    id: str | None


class Listener(threading.Thread):
    """An event-stream client that keeps what it hears; it ends when the stream does."""

    def __init__(self, slipway: Slipway, topics: str, last_event_id: str | None = None) -> None:
        super().__init__(daemon=True)
        self._slipway, self._topics = slipway, topics
        self.last_id = last_event_id
        self.events: list[Event] = []
        self.connected = threading.Event()

    def run(self) -> None:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        try:
            self._listen(headers)
        except httpx2.TransportError:
            return

    def _listen(self, headers: dict[str, str]) -> None:
        params = {"topics": self._topics}
        with self._slipway.client.stream("GET", "/api/stream", params=params, headers=headers) as answer:
            block: dict[str, str] = {}
            for line in answer.iter_lines():
                self.connected.set()
                block = self._take(line, block)

    def _take(self, line: str, block: dict[str, str]) -> dict[str, str]:
        if line:
            name, _, value = line.partition(": ")
            return {**block, name: value}
        self.last_id = block.get("id", self.last_id)
        if "event" in block:
            self.events.append(Event(block["event"], block.get("data", ""), block.get("id")))
        return {}

    def heard(self, kind: str, *texts: str) -> bool:
        return any(one.kind == kind and all(text in one.data for text in texts) for one in list(self.events))


@contextmanager
def listening(slipway: Slipway, topics: str, last_event_id: str | None = None) -> Iterator[Listener]:
    listener = Listener(slipway, topics, last_event_id)
    listener.start()
    assert listener.connected.wait(20), "the event stream did not open"
    yield listener
