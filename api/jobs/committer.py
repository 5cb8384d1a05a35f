"""Group commit: one thread writes what many requests ask for, so that they share the wait for the disk.

A request is answered only after its rows are durable. One that is refused does not fail its neighbours: when
the common transaction fails, each request gets one of its own.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog

from core import ids
from core.errors import AppError, Unavailable
from core.patience import StillTroubled
from jobs.dispatch.handover import Handover, Hold, TakenBatch
from jobs.events import announce_many, event
from jobs.orders import Order, project_of
from jobs.storing import blame, store
from jobs.submit import Submitted

log = structlog.get_logger(__name__)

GATHER = 0.001  # seconds that the first of a crowd waits for those right behind it, which would need another commit
GROUP = 500  # orders in one transaction; a single larger request stays whole
WAITING_LIMIT = 50_000  # orders in memory; beyond that, new ones are refused at once

Outcome = list[Submitted] | BaseException


@dataclass(frozen=True)
class _Request:
    orders: Sequence[Order]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[list[Submitted]]"

    def settle(self, outcome: Outcome) -> None:
        """On its own loop; a client may have gone away."""
        if self.answer.done():
            return
        if isinstance(outcome, BaseException):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


Settled = tuple[_Request, Outcome]


def _settle(settled: Sequence[Settled]) -> None:
    """From the committer's thread: a loop is woken once for all of its requests. One that has closed is no trouble."""
    for loop in {request.loop for request, _ in settled}:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_here, [one for one in settled if one[0].loop is loop])


def _settle_here(settled: Sequence[Settled]) -> None:
    for request, outcome in settled:
        request.settle(outcome)


class Committer(threading.Thread):
    """`on_committed` is called after each commit: it wakes the dispatcher, unless the `handover` is told of all that it
    has to publish."""

    def __init__(self, on_committed: Callable[[], None], handover: Handover | None = None) -> None:
        super().__init__(name="committer", daemon=True)
        self._on_committed = on_committed
        self._handover = handover
        self._inbox: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._open = True

    async def submit(self, orders: Sequence[Order]) -> list[Submitted]:
        """All of `orders` or none, durable when it returns. Raises as jobs.submit does, and Unavailable."""
        loop = asyncio.get_running_loop()
        named = [order if order.job_id else replace(order, job_id=ids.new_id()) for order in orders]
        request = _Request(named, loop, loop.create_future())
        self._accept(request)
        return await request.answer

    def _accept(self, request: _Request) -> None:
        with self._lock:
            if not self._open:
                raise Unavailable("The server is shutting down. Nothing was changed: try again shortly.")
            if self._waiting > WAITING_LIMIT:
                raise Unavailable("Too many jobs wait to be stored. Nothing was changed: try again shortly.")
            self._waiting += len(request.orders)
            self._inbox.put(request)

    def stop(self, timeout: float = 15.0) -> None:
        """Takes no more, finishes what was taken. `timeout` is seconds."""
        with self._lock:
            self._open = False
            self._inbox.put(None)
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if group:
                self._answer_in_any_case(group)
                with self._lock:
                    self._waiting -= sum(len(request.orders) for request in group)

    def _next_group(self) -> tuple[list[_Request], bool]:
        """Waits for one request and takes those that are there then; False when it is time to stop."""
        group: list[_Request] = []
        size = 0
        while size < GROUP:
            try:
                request = self._inbox.get(block=not group)
            except queue.Empty:
                break
            if request is None:
                return group, False
            if not group and self._handover is not None and self._handover.crowd.is_here():
                time.sleep(GATHER)
            group.append(request)
            size += len(request.orders)
        return group, True

    def _answer_in_any_case(self, group: list[_Request]) -> None:
        """A fault of ours must not end the thread, which later requests would wait for. What was answered stands."""
        try:
            self._commit(group)
        except Exception as error:
            log.exception("the committer goes on after a fault")
            _settle([(request, error) for request in group])

    def _commit(self, group: list[_Request]) -> None:
        orders = [order for request in group for order in request.orders]
        hold = Hold(self._handover.room if self._handover is not None else 0)
        try:
            made = store(orders, hold)
        except StillTroubled:
            _settle([(request, Unavailable()) for request in group])
        except Exception as error:
            self._commit_alone(group, error)
        else:
            self._tell(group, orders, made, hold.taken)

    def _tell(
        self, group: list[_Request], orders: list[Order], made: list[Submitted], taken: TakenBatch | None
    ) -> None:
        """The dispatcher first, since answering wakes a loop that may keep the interpreter for milliseconds."""
        try:
            self._pass_on(orders, taken)
        finally:
            self._answer(group, orders, made)

    def _pass_on(self, orders: list[Order], taken: TakenBatch | None) -> None:
        if self._handover is not None:
            self._handover.crowd.come(len(orders))
            if taken is not None:
                self._handover.put(taken)
        if taken is None or len(taken.deliveries) < len(orders):
            self._on_committed()

    def _answer(self, group: list[_Request], orders: list[Order], made: list[Submitted]) -> None:
        rest = iter(made)
        _settle([(request, [next(rest) for _ in request.orders]) for request in group])
        announce_many(_events(orders, made))

    def _commit_alone(self, group: list[_Request], error: Exception) -> None:
        if len(group) > 1:
            for request in group:
                self._commit([request])
            return
        if not isinstance(error, AppError):
            log.error("a submit failed", error_class=type(error).__name__, exc_info=error)
        _settle([(group[0], blame(group[0].orders, error))])


def _events(orders: Sequence[Order], made: Sequence[Submitted]) -> list[dict[str, Any]]:
    common = event("job-state", attempt=0)
    return [common | _about(order, one) for order, one in zip(orders, made, strict=True) if one.created]


def _about(order: Order, made: Submitted) -> dict[str, Any]:
    return {
        "job_id": made.job_id,
        "state": made.state,
        "task": order.contract.name,
        "queue": order.contract.queue.value,
        "project_id": project_of(order),
    }
