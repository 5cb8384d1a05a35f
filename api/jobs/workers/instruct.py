"""An operator gives one worker an order. What cannot be is refused here, before anything is written."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import database_now
from core.errors import Conflict, Invalid
from jobs.models import WorkerIncarnation
from jobs.workers.orders import OrderKind, OrderOutcome, WorkerOrder
from jobs.workers.queries import WorkerState, state_of, worker_history

MOST = 64  # processes that one order may add or take away
RESIZING = frozenset({OrderKind.GROW, OrderKind.SHRINK})
FIXED_POOLS = {
    "solo": "A worker with the pool solo runs one job at a time: start more of them.",
    "threads": "A worker with the pool threads keeps its number of threads: start it again with another -c.",
}


class WorkerGone(Conflict):
    """Only a living worker takes orders."""


class WorkerStops(Conflict):
    """The worker is stopping: it takes no more orders."""


class PoolIsFixed(Conflict):
    """The pool of this worker cannot change its size."""


class TooSmall(Conflict):
    """A worker needs one process at least. To have it take no jobs, ask it to be quiet."""


def instruct(session: Session, id_or_name: str, kind: OrderKind, *, by: str, count: int | None = None) -> WorkerOrder:
    """The order as it was stored. `count`: how many processes, for `grow` and `shrink`.

    Raises UnknownWorker, WorkerGone, WorkerStops, PoolIsFixed, TooSmall and Invalid.
    """
    worker = _living(session, id_or_name)
    _check_not_stopping(session, worker)
    arguments = _arguments(worker, kind, count)
    row = {"id": ids.new_id(), "worker_id": worker.id, "kind": kind.value, "arguments": arguments}
    return session.scalars(
        insert(WorkerOrder).values(**row, asked_by=by, asked_at=clock.now()).returning(WorkerOrder)
    ).one()


def _living(session: Session, id_or_name: str) -> WorkerIncarnation:
    """Locked, so that it either dies after it has this order, or is seen to be dead here."""
    history = worker_history(session, id_or_name)
    chosen = next((view for view in history if view.worker.id == id_or_name), history[0])
    worker = session.get_one(WorkerIncarnation, chosen.worker.id, with_for_update=True, populate_existing=True)
    state = state_of(worker, database_now(session))
    if state is not WorkerState.ALIVE:
        raise WorkerGone(f"The worker {worker.name} is {state}: only a living one takes orders.")
    return worker


def _check_not_stopping(session: Session, worker: WorkerIncarnation) -> None:
    asked = (WorkerOrder.worker_id == worker.id, WorkerOrder.kind == OrderKind.SHUTDOWN.value)
    not_refused = WorkerOrder.outcome.is_distinct_from(OrderOutcome.REFUSED.value)
    if session.scalar(select(WorkerOrder.id).where(*asked, not_refused).limit(1)) is not None:
        raise WorkerStops


def _arguments(worker: WorkerIncarnation, kind: OrderKind, count: int | None) -> dict[str, Any]:
    if kind not in RESIZING:
        if count is not None:
            raise Invalid(f"{kind} takes no count.")
        return {}
    if worker.pool in FIXED_POOLS:
        raise PoolIsFixed(FIXED_POOLS[worker.pool])
    wanted = 1 if count is None else count
    if not 1 <= wanted <= MOST:
        raise Invalid(f"The count must be between 1 and {MOST}.")
    if kind is OrderKind.SHRINK and worker.concurrency is not None and worker.concurrency - wanted < 1:
        raise TooSmall
    return {"count": wanted}
