"""Rows, the broker's word and the listening workers, put together queue by queue."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core import clock
from core.contracts import catalog
from core.queues import DEAD_LETTER_QUEUE
from jobs.models import WorkerIncarnation
from jobs.queues.in_force import Control, controls_of
from jobs.queues.loads import QueueLoad, queue_loads
from jobs.states import JobState
from jobs.workers.queries import listeners, living_workers
from web.broker_watch import QUEUES, BrokerFacts
from web.routes.overview_schemas import QueueOut
from web.routes.schemas import HeldOut

COUNTED = (JobState.QUEUED, JobState.SCHEDULED, JobState.RETRYING, JobState.RUNNING)


def view_queues(
    session: Session,
    broker: BrokerFacts,
    *,
    names: Sequence[str] = QUEUES,
    workers: list[WorkerIncarnation] | None = None,
) -> list[QueueOut]:
    """In the order of `names`; `workers` are the living ones, if they have been read already."""
    listening = listeners(living_workers(session) if workers is None else workers)
    loads = queue_loads(session, names, now=clock.now())
    controls = controls_of(session, names)
    return [_view(name, loads[name], broker, listening.get(name, []), controls[name]) for name in names]


def _view(name: str, load: QueueLoad, broker: BrokerFacts, listening: list[str], control: Control) -> QueueOut:
    facts = broker.queues.get(name)
    return QueueOut(
        name=name,
        holds="dead letters" if name == DEAD_LETTER_QUEUE else "jobs",
        tasks=[one.name for one in catalog.all() if one.queue.value == name],
        **{state.value: load.states[state] for state in COUNTED},
        oldest_queued_at=load.oldest_queued_at,
        submitted_per_minute=load.submitted_per_minute,
        ended_per_minute=load.ended_per_minute,
        messages=facts.messages if facts else None,
        consumers=facts.consumers if facts else None,
        workers=listening,
        unattended=load.states[JobState.QUEUED] > 0 and not listening,
        **_control(control),
    )


def _control(control: Control) -> dict[str, Any]:
    names = ("state", "paused_by", "paused_at", "reason", "concurrency_limit", "rate_limit")
    held = HeldOut.model_validate(control.held) if control.held else None
    shown = {"held": held, "held_jobs": control.held_jobs, "in_flight": control.in_flight}
    return {name: getattr(control.settings, name, None) for name in names} | {"state": control.state} | shown
