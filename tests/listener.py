"""A client of the event stream, for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

from tests.slipway import Slipway


@dataclass
class Event:
    kind: str
    data: str
    id: str | None


class Listener(threading.Thread):
    """An event-stream client that keeps what it hears; it ends when the stream does."""

    def __init__(self, client: httpx2.Client, topics: str, last_event_id: str | None = None) -> None:
        super().__init__(daemon=True)
        self._client, self._topics = client, topics
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
        with self._client.stream("GET", "/api/stream", params=params, headers=headers) as answer:
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
def listening(
    slipway: Slipway, topics: str, last_event_id: str | None = None, *, client: httpx2.Client | None = None
) -> Iterator[Listener]:
    """By another `client` where the way to Slipway is the matter."""
    listener = Listener(client or slipway.client, topics, last_event_id)
    listener.start()
    assert listener.connected.wait(60), "the event stream did not open"
    yield listener
