"""A worker's main process says that it lives, and stops children whose job was cancelled and did not stop by itself."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery.worker import state as worker_state
from sqlalchemy import select, text

from core import clock
from core.db import reading
from jobs.models import RUNNING, Job
from jobs.workers import liveness
from jobs.workers.liveness import RENEW_EVERY, WorkerDescription, WorkerReport
from worker import endings, incarnation
from worker.orders import Orders
from worker.snapshot import snapshot

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=10)  # a cancelled job may stop at a checkpoint of its own
FORGOTTEN_AFTER = 30  # looks, of which there is one a second: no clock, since a process that stood still has not looked


def _nothing() -> None:
    """Where no queue can be left."""


class Keeper(threading.Thread):
    """`stop_children` is off for pools whose jobs share this process: there a cancel is cooperative only."""

    TICK = 1.0  # seconds

    def __init__(
        self,
        description: WorkerDescription,
        orders: Orders,
        report: Callable[[], WorkerReport],
        *,
        stop_children: bool,
        obey_pauses: Callable[[], None] = _nothing,
    ) -> None:
        super().__init__(name="keeper", daemon=True)
        self._description = description
        self._orders = orders
        self._report = report
        self._stop_children = stop_children
        self._obey_pauses = obey_pauses
        self._stopping = threading.Event()
        self._next_renewal = time.monotonic() + RENEW_EVERY
        self._forgotten: dict[str, int] = {}  # looks at which it was running here and nothing ran it

    def stop(self, timeout: float = 3.0) -> None:
        self._stopping.set()
        self.join(timeout)

    def run(self) -> None:
        while not self._stopping.wait(self.TICK):
            self._carefully(self._renew_when_due)
            self._carefully(self._follow_orders)
            self._carefully(self._obey_pauses)
            self._carefully(self._free_forgotten)
            if self._stop_children:
                self._carefully(self._stop_cancelled)

    def _carefully(self, duty: Callable[[], None]) -> None:
        try:
            duty()
        except Exception as error:
            log.warning("keeper in trouble, going on", error=f"{type(error).__name__}: {error}")

    def _renew_when_due(self) -> None:
        if time.monotonic() >= self._next_renewal:
            self._renew()

    def _renew(self) -> None:
        if not liveness.renew(incarnation.current(), self._report()):
            log.warning("this worker had been declared dead: it was frozen or cut off; registering again")
            self._kill_what_others_run_now()
            incarnation.set_current(liveness.register(self._description))
            self._orders.forget()
            liveness.renew(incarnation.current(), self._report())
        self._next_renewal = time.monotonic() + RENEW_EVERY

    def _follow_orders(self) -> None:
        """What an order has changed stands in the row before its outcome is on record."""
        if self._orders.news:
            self._renew()
        self._orders.tick()

    def _kill_what_others_run_now(self) -> None:
        for request in list(worker_state.active_requests) if self._stop_children else ():
            _kill(request)

    def _free_forgotten(self) -> None:
        """A job that is `running` here although nothing runs it (a write that failed for good) would hang for ever."""
        begun, given = snapshot(worker_state.active_requests), snapshot(worker_state.reserved_requests)
        if begun is None or given is None:
            return
        claims = {getattr(one, "claim_id", None) for one in (*begun, *given)}
        forgotten = {claim_id: job_id for job_id, claim_id in _running_here() if claim_id not in claims}
        self._forgotten = {claim_id: self._forgotten.get(claim_id, 0) + 1 for claim_id in forgotten}
        for claim_id, looks in self._forgotten.items():
            if looks > FORGOTTEN_AFTER:
                endings.lost(forgotten[claim_id], claim_id, "nothing runs it any more")

    def _stop_cancelled(self) -> None:
        now = clock.now()
        for claim_id, asked_at in _asked_to_stop():
            if now - asked_at > PATIENCE:
                _kill_child(claim_id)


def _asked_to_stop() -> list[tuple[str, datetime]]:
    mine = (Job.worker_id == incarnation.current(), text(RUNNING))
    with reading() as session:
        found = session.execute(select(Job.claim_id, Job.cancel_requested_at).where(*mine))
        return [(claim_id or "", asked_at) for claim_id, asked_at in found if asked_at is not None]


def _kill_child(claim_id: str) -> None:
    """The main process then sees a lost child, finds the stored cancel, and ends the job as cancelled."""
    for request in list(worker_state.active_requests):
        if getattr(request, "claim_id", None) == claim_id:
            _kill(request)


def _kill(request: Any) -> None:
    """With SIGKILL: where SIGTERM is remapped, pool children ignore it."""
    if request.worker_pid:
        log.warning("stopping a job's process", job_id=request.id, pid=request.worker_pid)
        with suppress(ProcessLookupError):
            os.kill(request.worker_pid, signal.SIGKILL)


def _running_here() -> list[tuple[str, str]]:
    with reading() as session:
        found = select(Job.id, Job.claim_id).where(Job.worker_id == incarnation.current(), text(RUNNING))
        return [(job_id, claim_id or "") for job_id, claim_id in session.execute(found)]
