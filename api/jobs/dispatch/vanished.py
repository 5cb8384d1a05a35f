"""Messages that are nowhere: their jobs are dispatched again.

Two signs are looked for. A queue is empty, and jobs wait for their message from it. Or a job was overtaken: others of
its queue that were submitted well after its message was published have begun long ago, and a queue is first in,
first out. Workers take messages ahead, and each writes down which of them it has held for a while without beginning
them: those are left in peace, the others are nowhere. Where a worker cannot say, as many overtaken jobs as busy workers
can hold are left in peace until the broker would have taken the messages back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.db import by_index, reading, writing
from jobs.finish import NEXT_DISPATCH
from jobs.models import PUBLISHED, RUNNING, Job
from jobs.notes import note
from jobs.workers.queries import living_workers

log = structlog.get_logger(__name__)

MARGIN = timedelta(seconds=60)  # between publishing and writing that down, and between two hosts' clocks
HELD_AT_MOST = timedelta(minutes=35)  # the broker takes a message back that is not acknowledged for 30
LOOKED_THROUGH = 1_000  # later jobs
BATCH = 500  # jobs dispatched again in one transaction


@dataclass(frozen=True)
class Vanished:
    """Messages that were published before a moment and are still waited for, but for those that workers hold."""

    before: datetime
    held: Collection[str] = ()


def redispatch(queue: str, vanished: Vanished) -> int:
    """Answers how many. A message that is there after all, with a busy worker, is dropped by the claim."""
    done = 0
    while some := _redispatch_some(queue, vanished):
        done += some
    if done:
        log.warning("messages vanished, dispatching again", queue=queue, count=done)
    return done


def _redispatch_some(queue: str, vanished: Vanished) -> int:
    nowhere = _waiting(queue, vanished.before).where(Job.id.not_in(vanished.held))
    with writing() as session:
        found = list(session.scalars(nowhere.with_for_update(skip_locked=True).limit(BATCH)))
        session.execute(update(Job).where(Job.id.in_(found)).values(**NEXT_DISPATCH, updated_at=clock.now()))
        for job_id in found:
            note(session, job_id, "redispatched", message=f"its message was no longer in {queue}")
    return len(found)


def _waiting(queue: str, published_before: datetime) -> Select[str]:
    rows = by_index(select(Job.id), Job, "ix_jobs_published")
    return rows.where(text(PUBLISHED), Job.queue == queue, Job.published_at < published_before)


def redispatch_overtaken(queue: str) -> int:
    """Answers how many."""
    with reading() as session:
        vanished = overtaken(session, queue)
    return redispatch(queue, vanished) if vanished is not None else 0


def overtaken(session: Session, queue: str) -> Vanished | None:
    """What later jobs of `queue` have overtaken for good."""
    oldest: datetime | None = session.scalar(
        _waiting(queue, clock.now() - MARGIN).with_only_columns(func.min(Job.published_at))
    )
    if oldest is None:
        return None
    began = _latest_that_began(session, queue, oldest + MARGIN)
    if began is None:
        return None
    limit, held = began - MARGIN, _held(session, queue)
    if held is not None:
        return Vanished(limit, held)
    number = session.scalar(_waiting(queue, limit).with_only_columns(func.count())) or 0
    return Vanished(limit if number > _may_be_held(session, queue) else min(limit, clock.now() - HELD_AT_MOST))


def _latest_that_began(session: Session, queue: str, after: datetime) -> datetime | None:
    """When the last of the next later jobs was submitted that has begun, and not just now."""
    later = select(Job.created_at, Job.started_at, Job.published_at).where(Job.queue == queue, Job.created_at > after)
    some = later.order_by(Job.created_at, Job.id).limit(LOOKED_THROUGH).subquery()
    begun = some.c.published_at.is_not(None) & (some.c.started_at < clock.now() - MARGIN)
    found: datetime | None = session.scalar(select(func.max(some.c.created_at)).where(begun))
    return found


def _held(session: Session, queue: str) -> list[str] | None:
    """By workers, each of which says so; None when one of them cannot.

    A job that began more than MARGIN ago was given out before, and what it has overtaken had been given out by then: by
    a worker's newest report, which is 45 seconds old at most, it had been held for a while.
    """
    living = living_workers(session)
    if any(one.held is None for one in living if queue in one.queues):
        return None
    return [job_id for one in living for job_id in one.held or ()]


def _may_be_held(session: Session, queue: str) -> int:
    """By workers that are busy; an idle one begins what it is given."""
    running = select(Job.worker_id, func.count()).where(text(RUNNING)).group_by(Job.worker_id)
    busy = {worker_id: count for worker_id, count in session.execute(running)}
    slots = [(one.concurrency or 1, busy.get(one.id, 0)) for one in living_workers(session) if queue in one.queues]
    return sum(number for number, taken in slots if taken >= number)
