"""People with the panel open: they connect again by themselves, and reload when they are told to."""

import json
import threading
from time import sleep

import httpx2
from sqlalchemy import select

from core.db import reading
from jobs.models import Job
from jobs.states import FINAL
from tests.listener import Listener

AGAIN = 0.3  # seconds; a browser waits for as long as `retry:` says


class Viewer(threading.Thread):
    """Knows of every ending, by an event or because it read everything again."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(daemon=True)
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx2.Client(base_url=url, headers=headers, timeout=30, trust_env=False)
        self._stopping = threading.Event()
        self.seen: set[str] = set()
        self.connections = self.reloads = self.told = 0
        self.last_id: str | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            listener = _Ears(self, self._client, "jobs", self.last_id)
            listener.run()
            self.last_id = listener.last_id
            sleep(AGAIN)

    def on_open(self, *, afresh: bool) -> None:
        self.connections += 1
        if afresh:
            self.reload()

    def reload(self) -> None:
        self.reloads += 1
        with reading() as session:
            self.seen.update(session.scalars(select(Job.id).where(Job.ended_at.is_not(None))))

    def hear(self, kind: str, data: str) -> None:
        if kind == "reset":
            self.reload()
        if kind == "job-state" and (event := json.loads(data))["state"] in FINAL:
            self.told += 1
            self.seen.add(event["job_id"])

    def stop(self) -> None:
        self._stopping.set()
        self._client.close()
        self.join(20)


class _Ears(Listener):
    """One connection of a viewer."""

    def __init__(self, viewer: Viewer, client: httpx2.Client, topics: str, last_id: str | None) -> None:
        super().__init__(client, topics, last_id)
        self._viewer = viewer

    def _take(self, line: str, block: dict[str, str]) -> dict[str, str]:
        if line.startswith("retry:"):
            self._viewer.on_open(afresh=self.last_id is None)
        if not line and "event" in block:
            self._viewer.hear(block["event"], block.get("data", ""))
        rest = super()._take(line, block)
        self.events.clear()
        return rest
