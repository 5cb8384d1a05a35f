"""Which of the ready rows may be published now: the queue's state, its limits and the task's are kept here.

Limits are kept before a message exists, because a worker that holds messages back runs into the broker's consumer
timeout. All dispatchers share what they count by: the rows themselves for concurrency, one stored moment for a rate.
A job that has been handed to the broker holds its slot until it is known that nobody will run it.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, or_, select, text
from sqlalchemy.orm import Session

from core import clock
from core.db import by_index, is_postgresql, table_of, unindexed
from jobs.dispatch.gates import Gates, Held, Lane, lock_gates, look_at_gates, store_spent
from jobs.models import TAKEN, UNPUBLISHED, Job
from jobs.states import JobState

_UNPUBLISHED_ROWS = f"FROM jobs {{by_index}} WHERE {UNPUBLISHED}"
_NEXT = f"{_UNPUBLISHED_ROWS} AND (jobs.queue, jobs.task) > (lane.queue, lane.task) ORDER BY queue, task LIMIT 1"

# The pairs of queue and task that have unpublished rows, each found by one step in the index however many rows it has.
_LANES = f"""
    WITH RECURSIVE lane(queue, task) AS (
        SELECT * FROM (SELECT queue, task {_UNPUBLISHED_ROWS} ORDER BY queue, task LIMIT 1) AS first_lane
        UNION ALL
        SELECT (SELECT jobs.queue {_NEXT}), (SELECT jobs.task {_NEXT}) FROM lane WHERE lane.queue IS NOT NULL
    )
    SELECT queue, task FROM lane WHERE queue IS NOT NULL
"""
# Made once, and on the table: a job that comes alone waits for each of them.
_jobs = table_of(Job).c
_FREE = or_(_jobs.publisher_until.is_(None), _jobs.publisher_until < bindparam("now"))
_LOCK = (
    select(_jobs.id)
    .where(_jobs.id.in_(bindparam("ids", expanding=True)), text(UNPUBLISHED), _FREE)
    .with_for_update(skip_locked=True)
)

LANES = text(_LANES.format(by_index=""))
LANES_OF_SQLITE = text(_LANES.format(by_index="INDEXED BY ix_jobs_unpublished"))


def choose(session: Session, *, most: int, only: Collection[str] | None = None) -> list[str]:
    """In a session that writes: up to `most` rows that may go, oldest first, locked and counted against the limits."""
    lanes = _ready_lanes(session, only)
    if not lanes:
        return []
    gates = lock_gates(session, lanes)
    admitted = _admitted(session, lanes, gates, most=most, only=only)
    locked = _locked(session, [row.id for row in admitted])
    for row in admitted:
        if row.id not in locked:
            gates.take_back(row)
    store_spent(session, gates)
    return [row.id for row in admitted if row.id in locked]


def anything_admissible(session: Session) -> bool:
    """The same look without a lock; it takes nothing."""
    lanes = _ready_lanes(session, None)
    return bool(lanes) and bool(_admitted(session, lanes, look_at_gates(session, lanes), most=1, only=None))


def held_by(session: Session, job: Job) -> Held | None:
    """Why a job that waits has not been handed to the broker; None when nothing holds it, or it is past that."""
    if job.state != JobState.QUEUED or job.published_at is not None or job.publisher_until is not None:
        return None
    lane = (job.queue, job.task)
    return look_at_gates(session, [lane]).holding(lane)


def _ready_lanes(session: Session, only: Collection[str] | None) -> list[Lane]:
    found: Any = LANES if is_postgresql(session) else LANES_OF_SQLITE
    if only is not None:
        found = select(Job.queue, Job.task).where(Job.id.in_(only), text(UNPUBLISHED)).distinct()
    return [(row.queue, row.task) for row in session.execute(found)]


def _admitted(
    session: Session, lanes: Sequence[Lane], gates: Gates, *, most: int, only: Collection[str] | None
) -> list[Any]:
    rows = [
        row
        for lane in lanes
        if not gates.is_shut(lane)
        for row in session.execute(
            _candidates(taken=gates.is_full(lane), named=only is not None),
            {"lane_queue": lane[0], "lane_task": lane[1], "now": clock.now(), "most": most, "ids": only or ()},
        )
    ]
    rows.sort(key=lambda row: (row.created_at, row.id))
    admitted: list[Any] = []
    for row in rows:
        if len(admitted) == most:
            break
        if gates.admit(row):
            admitted.append(row)
    return admitted


@cache
def _candidates(*, taken: bool, named: bool) -> Executable:
    """Oldest first. A row that was taken before by a dispatcher that died may be at the broker: its slot is its own."""
    holds_slot = _jobs.publisher_until.is_not(None).label("holds_slot")
    found = select(_jobs.id, _jobs.queue, _jobs.task, _jobs.created_at, holds_slot).where(text(UNPUBLISHED), _FREE)
    queue: Any = _jobs.queue
    if taken:
        found = by_index(found, table_of(Job), "ix_jobs_taken").where(text(TAKEN))
        queue = unindexed(queue)
    found = found.where(queue == bindparam("lane_queue"), _jobs.task == bindparam("lane_task"))
    if named:
        found = found.where(_jobs.id.in_(bindparam("ids", expanding=True)))
    return found.order_by(_jobs.created_at, _jobs.id).limit(bindparam("most"))


def _locked(session: Session, job_ids: list[str]) -> set[str]:
    """PostgreSQL: those that nobody else holds. SQLite has one writer, and that is us."""
    if not job_ids or not is_postgresql(session):
        return set(job_ids)
    return set(session.scalars(_LOCK, {"ids": job_ids, "now": clock.now()}))
