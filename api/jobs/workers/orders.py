"""What operators ask of workers, as rows: neither the broker nor Celery's remote control is needed to reach one.

A worker's main process looks for its orders every second, and says of each what became of it. An order is for one
start of a worker: whoever comes after it under the same name has no part in it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.columns import Json, UtcDateTime
from core.db import Base, reading, writing

NEWEST = 20


class OrderKind(StrEnum):
    """`quiet`: take nothing new; `listen`: take jobs again; `shutdown`: as SIGTERM does it."""

    GROW = "grow"
    SHRINK = "shrink"
    QUIET = "quiet"
    LISTEN = "listen"
    SHUTDOWN = "shutdown"


class OrderOutcome(StrEnum):
    """`missed`: the worker was gone before it could say anything."""

    DONE = "done"
    REFUSED = "refused"
    MISSED = "missed"


class WorkerOrder(Base):
    """`taken_at`: the worker has read it; `result`: in one sentence what became of it."""

    __tablename__ = "worker_orders"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    worker_id: Mapped[str] = mapped_column(ForeignKey("worker_incarnations.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    arguments: Mapped[Any] = mapped_column(Json)
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    result: Mapped[str | None] = mapped_column(Text)

    @property
    def count(self) -> int | None:
        """How many processes, for `grow` and `shrink`."""
        count: int | None = self.arguments.get("count")
        return count


Index("ix_worker_orders_worker", WorkerOrder.worker_id, WorkerOrder.asked_at)


def orders_of(session: Session, worker_ids: Sequence[str]) -> list[WorkerOrder]:
    """The newest first."""
    mine = select(WorkerOrder).where(WorkerOrder.worker_id.in_(worker_ids))
    return list(session.scalars(mine.order_by(WorkerOrder.asked_at.desc(), WorkerOrder.id.desc()).limit(NEWEST)))


def take_orders(worker_id: str, known: Collection[str] = ()) -> list[WorkerOrder]:
    """Those that are not done, oldest first, but for those that this worker knows of. Costs no write while there are
    none. One that it was not given because the commit's answer was lost is given again."""
    open_ones = (WorkerOrder.worker_id == worker_id, WorkerOrder.done_at.is_(None))
    new = (*open_ones, WorkerOrder.id.not_in(known))
    with reading() as session:
        if session.scalar(select(WorkerOrder.id).where(*new).limit(1)) is None:
            return []
    with writing() as session:
        found = list(session.scalars(select(WorkerOrder).where(*new).order_by(WorkerOrder.asked_at, WorkerOrder.id)))
        for order in found:
            order.taken_at = clock.now()
    return found


def complete_order(order_id: str, outcome: OrderOutcome, result: str) -> None:
    """The first word counts; saying it again changes nothing."""
    still_open = update(WorkerOrder).where(WorkerOrder.id == order_id, WorkerOrder.done_at.is_(None))
    with writing() as session:
        session.execute(still_open.values(done_at=clock.now(), outcome=outcome.value, result=result))


def close_orders(session: Session, worker_id: str) -> None:
    """In the transaction that ends the worker."""
    left = update(WorkerOrder).where(WorkerOrder.worker_id == worker_id, WorkerOrder.done_at.is_(None))
    told = {"outcome": OrderOutcome.MISSED.value, "result": "The worker was gone before it could do this."}
    session.execute(left.values(done_at=clock.now(), **told))
