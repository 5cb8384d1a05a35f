"""How queues are controlled at the moment, and what that holds back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.db import by_index
from jobs.dispatch.gates import Held, in_flight, look_at_gates
from jobs.models import UNPUBLISHED, Job
from jobs.queues.settings import QueueSettings, QueueState

COUNTED = 100_000  # jobs; beyond that nobody counts


@dataclass(frozen=True, kw_only=True)
class Control:
    """`held_jobs` wait for what holds the queue; `in_flight` are dispatched and have not ended."""

    settings: QueueSettings | None
    in_flight: int = 0
    held: Held | None = None
    held_jobs: int = 0

    @property
    def state(self) -> QueueState:
        return QueueState(self.settings.state) if self.settings else QueueState.OPEN


def controls_of(session: Session, queues: Sequence[str]) -> dict[str, Control]:
    stored = {one.queue: one for one in session.scalars(select(QueueSettings).where(QueueSettings.queue.in_(queues)))}
    return {queue: _control(session, queue, stored.get(queue)) for queue in queues}


def _control(session: Session, queue: str, settings: QueueSettings | None) -> Control:
    flying = in_flight(session, queue, most=COUNTED)
    held = look_at_gates(session, [(queue, "")]).holding((queue, "")) if settings else None
    waiting = _unpublished(session, queue) if held else 0
    return Control(settings=settings, in_flight=flying, held=held, held_jobs=waiting)


def _unpublished(session: Session, queue: str) -> int:
    rows = by_index(select(func.count()).select_from(Job), Job, "ix_jobs_unpublished")
    return session.scalar(rows.where(text(UNPUBLISHED), Job.queue == queue)) or 0
