"""The worker's side of an order: read by the keeper's thread, carried out on the worker's own loop."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from jobs.workers.orders import OrderKind, OrderOutcome, WorkerOrder, complete_order, take_orders
from worker import incarnation
from worker.consuming import Consuming
from worker.pool_size import NotNow, PoolSize, Refused

log = structlog.get_logger(__name__)


@dataclass
class _Order:
    row: WorkerOrder
    taken_at: float
    steps: int = 0  # of those that were asked for
    asked_at: float = float("-inf")  # when the loop was last asked to carry it out
    outcome: tuple[OrderOutcome, str] | None = None

    @property
    def kind(self) -> OrderKind:
        return OrderKind(self.row.kind)


class Orders:
    """`consumer` is Celery's. The loop stands still while the broker is away, and in a solo pool while a job runs:
    an order that needs it waits until it turns again."""

    ASK_AGAIN = 3.0  # seconds: what the loop was asked while its connection was made anew may be forgotten
    PATIENCE = 30.0  # seconds that a shrink waits for an idle process

    def __init__(self, consumer: Any, consuming: Consuming) -> None:
        self._consumer = consumer
        self._consuming = consuming
        self._size = PoolSize(consumer, consuming)
        self._open: list[_Order] = []

    @property
    def news(self) -> bool:
        """Something was carried out since the last tick."""
        return any(order.outcome for order in self._open)

    def tick(self) -> None:
        """To be called about once a second by the keeper. One order after the other; a shutdown waits for none."""
        known = [order.row.id for order in self._open]
        self._open += [_Order(row, time.monotonic()) for row in take_orders(incarnation.current(), known)]
        stops = [order for order in self._open if order.kind is OrderKind.SHUTDOWN]
        for order in [one for one in self._open if one.outcome and one not in stops]:
            self._report(order)
        if stops:
            self._shut_down(stops[0])
        elif self._open:
            self._pass_on(self._open[0])

    def forget(self) -> None:
        """When its incarnation was declared dead, what it had not done is on record as missed."""
        for order in self._open:
            order.outcome = order.outcome or (OrderOutcome.MISSED, "")  # for the loop, which may have been asked
        self._open.clear()

    def _report(self, order: _Order) -> None:
        """Said again at the next tick when the database does not take it."""
        outcome, result = order.outcome or (OrderOutcome.REFUSED, "")
        complete_order(order.row.id, outcome, result)
        self._open.remove(order)
        log.info("order", kind=order.row.kind, by=order.row.asked_by, outcome=outcome, result=result)

    def _shut_down(self, order: _Order) -> None:
        """The way that SIGTERM goes. A second one would end it at once, so the outcome is written before."""
        order.outcome = (OrderOutcome.DONE, "It stops: what runs gets its time, then goes back to the queue.")
        self._report(order)
        os.kill(os.getpid(), signal.SIGTERM)

    def _pass_on(self, order: _Order) -> None:
        if order.kind is OrderKind.QUIET:
            self._consuming.be_quiet()
        if time.monotonic() - order.asked_at >= self.ASK_AGAIN:
            order.asked_at = time.monotonic()
            self._consumer.call_soon(self._carry_out, order)

    def _carry_out(self, order: _Order) -> None:
        """On the loop, once, however often it was asked."""
        if order.outcome is not None:
            return
        try:
            order.outcome = (OrderOutcome.DONE, self._actions[order.kind](order))
        except NotNow as why:
            if time.monotonic() - order.taken_at > self.PATIENCE:
                order.outcome = (OrderOutcome.REFUSED, str(why))
        except Exception as error:
            log.warning("an order failed", kind=order.row.kind, error_class=type(error).__name__, exc_info=True)
            order.outcome = (OrderOutcome.REFUSED, str(error) if isinstance(error, Refused) else f"It failed: {error}")

    @property
    def _actions(self) -> dict[OrderKind, Callable[[_Order], str]]:
        return {
            OrderKind.GROW: self._grow,
            OrderKind.SHRINK: self._shrink,
            OrderKind.QUIET: self._be_quiet,
            OrderKind.LISTEN: self._listen,
        }

    def _be_quiet(self, _order: _Order) -> str:
        self._consuming.be_quiet()
        self._consuming.stop(self._consumer)
        return "It takes no more jobs, and finishes those that it has."

    def _listen(self, _order: _Order) -> str:
        self._consuming.listen()
        return "It takes jobs again."

    def _grow(self, order: _Order) -> str:
        self._step_by_step(order, self._size.grow)
        return self._told_size()

    def _shrink(self, order: _Order) -> str:
        self._step_by_step(order, self._size.shrink)
        return self._told_size()

    def _told_size(self) -> str:
        return "It has one process now." if self._size.now == 1 else f"It has {self._size.now} processes now."

    def _step_by_step(self, order: _Order, step: Callable[[], None]) -> None:
        """What was reached stays reached: an order for three may end with two."""
        wanted = order.row.count or 1
        while order.steps < wanted:
            try:
                step()
            except Refused as why:
                reached = f"{order.steps} of {wanted} done, it has {self._size.now} processes. " if order.steps else ""
                raise type(why)(f"{reached}{why}") from None
            order.steps += 1
