"""Clients that submit over HTTP, whatever happens to the server, and remember what they were promised."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import httpx2

from core import clock
from tests.chaos.orders import Wish

PAUSE = 0.2  # seconds before a client asks again


class GaveUp(AssertionError):
    """The server did not answer for too long."""


@dataclass
class Ledger:
    """`promised` are the jobs that a 202 was given for, `flows` the workflows."""

    promised: dict[str, Wish] = field(default_factory=dict)
    flows: dict[str, Wish] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    refused_cancels: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def promise(self, job_id: str, wish: Wish) -> None:
        with self._lock:
            self.promised[job_id] = wish

    def promise_flow(self, workflow_id: str, wish: Wish) -> None:
        with self._lock:
            self.flows[workflow_id] = wish

    def count(self, what: str) -> None:
        with self._lock:
            self.answers[what] += 1


class Client:
    """`patience` is the seconds after which a silent server is a failure."""

    def __init__(self, url: str, token: str, ledger: Ledger, receiver: str, patience: float = 300.0) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=15, trust_env=False)
        self._ledger, self._receiver, self._patience = ledger, receiver, patience
        self._later = ThreadPoolExecutor(8)
        self._closed = False

    def close(self) -> None:
        """After the last cancel was answered."""
        self._later.shutdown()
        self._http.close()

    def promised(self) -> int:
        return len(self._ledger.promised)

    def give_up(self) -> None:
        """Whoever still asks hears that it is over."""
        self._closed = True

    def submit(self, wish: Wish) -> None:
        accepted = self._ask("/api/jobs", self._order(wish))
        self._ledger.promise(accepted["job_id"], wish)
        if wish.kind == "cancelled":
            self._later.submit(self._cancel, accepted["job_id"], wish.wait)

    def submit_flow(self, wish: Wish) -> None:
        accepted = self._ask("/api/workflows", wish.workflow)
        self._ledger.promise_flow(accepted["workflow_id"], wish)

    def submit_batch(self, wishes: Sequence[Wish]) -> None:
        accepted = self._ask("/api/jobs/batch", {"jobs": [self._order(wish) for wish in wishes]})
        for wish, one in zip(wishes, accepted["items"], strict=True):
            self._ledger.promise(one["job_id"], wish)

    def _order(self, wish: Wish) -> dict[str, Any]:
        order: dict[str, Any] = {"task": wish.task, "payload": wish.payload, "project_id": "chaos"}
        if wish.keyed:
            order["idempotency_key"] = f"wish-{wish.number}"
        if wish.called:
            order["webhook_url"] = self._receiver
        if wish.kind == "scheduled":
            order["eta"] = (clock.now() + timedelta(seconds=wish.wait)).isoformat()
        return order

    def _cancel(self, job_id: str, wait: float) -> None:
        sleep(wait)
        try:
            self._ask(f"/api/jobs/{job_id}/cancel", {}, done=(202, 409))
        except Exception as error:
            self._ledger.count(f"cancel failed: {error!r}")

    def _ask(self, path: str, body: dict[str, Any], done: Sequence[int] = (202,)) -> Any:
        """Repeated until the server says yes: without a key, that may make a job which nobody was told of."""
        deadline = monotonic() + self._patience
        while monotonic() < deadline and not self._closed:
            answer = self._once(path, body)
            if answer is not None and answer.status_code in done:
                return answer.json()
            if answer is not None and answer.status_code not in (503,):
                raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
            sleep(PAUSE)
        raise GaveUp(path)

    def _once(self, path: str, body: dict[str, Any]) -> httpx2.Response | None:
        try:
            answer = self._http.post(path, json=body)
        except httpx2.TransportError as error:
            self._ledger.count(type(error).__name__)
            return None
        self._ledger.count(str(answer.status_code))
        return answer
