"""Which of the ready rows may be published now: the queue's state, its limits and the task's are kept here.

Limits are kept before a message exists, because a worker that holds messages back runs into the broker's consumer
timeout. All dispatchers share what they count by: the rows themselves for concurrency, one stored moment for a rate.
A job that has been handed to the broker holds its slot until it is known that nobody will run it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, func, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import by_index, database_now, is_postgresql
from core.rates import Rate, parse_rate
from jobs.models import PUBLISHED, RUNNING, TAKEN, UNPUBLISHED, Job
from jobs.queue_settings import QueueSettings, QueueState, TaskSettings, rate_in_force

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
LANES = text(_LANES.format(by_index=""))
LANES_OF_SQLITE = text(_LANES.format(by_index="INDEXED BY ix_jobs_unpublished"))

Lane = tuple[str, str]  # queue, task


@dataclass(kw_only=True)
class Bucket:
    """A rate, and how much of it is left now."""

    rate: Rate
    spent_until: datetime | None
    now: datetime
    used: int = 0

    @property
    def left(self) -> int:
        return self.rate.room(self.spent_until, self.now) - self.used

    @property
    def spent(self) -> datetime:
        return self.rate.spend(self.spent_until, self.now, self.used)


@dataclass(kw_only=True)
class Gates:
    """What stands between the ready rows and the broker; what is not named here is open."""

    shut: set[str] = field(default_factory=set)  # queues
    slots: dict[str, int] = field(default_factory=dict)  # free ones, by queue
    queue_buckets: dict[str, Bucket] = field(default_factory=dict)
    task_buckets: dict[str, Bucket] = field(default_factory=dict)
    shut_tasks: set[str] = field(default_factory=set)

    def is_shut(self, lane: Lane) -> bool:
        """No row of it could go now, whichever it is."""
        queue, task = lane
        return queue in self.shut or task in self.shut_tasks or any(one.left <= 0 for one in self._buckets(queue, task))

    def is_full(self, lane: Lane) -> bool:
        """Only those may go that hold a slot already."""
        return self.slots.get(lane[0], 1) <= 0

    def admit(self, row: Any) -> bool:
        """Takes what the row needs, or nothing."""
        buckets = self._buckets(row.queue, row.task)
        needs_slot = not row.holds_slot and row.queue in self.slots
        if (needs_slot and self.slots[row.queue] <= 0) or any(one.left <= 0 for one in buckets):
            return False
        if needs_slot:
            self.slots[row.queue] -= 1
        for bucket in buckets:
            bucket.used += 1
        return True

    def _buckets(self, queue: str, task: str) -> list[Bucket]:
        found = (self.queue_buckets.get(queue), self.task_buckets.get(task))
        return [bucket for bucket in found if bucket is not None]


def choose(session: Session, *, most: int, only: Collection[str] | None = None) -> list[str]:
    """In a session that writes: up to `most` rows that may go, oldest first, locked and counted against the limits."""
    lanes = _ready_lanes(session, only)
    if not lanes:
        return []
    gates = _closed_gates(session, lanes)
    admitted = _admitted(session, lanes, gates, most=most, only=only)
    _store_spent(session, gates)
    return _locked(session, admitted)


def anything_admissible(session: Session) -> bool:
    """The same look without a lock; it takes nothing."""
    lanes = _ready_lanes(session, None)
    return bool(lanes) and bool(_admitted(session, lanes, _gates(session, lanes), most=1, only=None))


def _ready_lanes(session: Session, only: Collection[str] | None) -> list[Lane]:
    found: Any = LANES if is_postgresql(session) else LANES_OF_SQLITE
    if only is not None:
        found = select(Job.queue, Job.task).where(Job.id.in_(only), text(UNPUBLISHED)).distinct()
    return [(row.queue, row.task) for row in session.execute(found)]


def _admitted(
    session: Session, lanes: Sequence[Lane], gates: Gates, *, most: int, only: Collection[str] | None
) -> list[str]:
    rows = [
        row
        for lane in lanes
        if not gates.is_shut(lane)
        for row in session.execute(_candidates(lane, most, only, taken=gates.is_full(lane)))
    ]
    rows.sort(key=lambda row: (row.created_at, row.id))
    admitted: list[str] = []
    for row in rows:
        if len(admitted) == most:
            break
        if gates.admit(row):
            admitted.append(row.id)
    return admitted


def _candidates(lane: Lane, most: int, only: Collection[str] | None, *, taken: bool) -> Executable:
    """Oldest first. A row that was taken before by a dispatcher that died may be at the broker: its slot is its own."""
    holds_slot = Job.publisher_until.is_not(None).label("holds_slot")
    found = select(Job.id, Job.queue, Job.task, Job.created_at, holds_slot).where(text(UNPUBLISHED), _free())
    if taken:
        found = by_index(found, Job, "ix_jobs_taken")
        found = found.where(text(TAKEN), _beside_the_index(Job.queue) == lane[0], Job.task == lane[1])
    else:
        found = found.where(Job.queue == lane[0], Job.task == lane[1])
    if only is not None:
        found = found.where(Job.id.in_(only))
    return found.order_by(Job.created_at, Job.id).limit(most)


def _free() -> ColumnElement[bool]:
    return or_(Job.publisher_until.is_(None), Job.publisher_until < clock.now())


def _beside_the_index(column: Any) -> ColumnElement[str]:
    """By the bare column, a planner may walk all that waits in a queue to find the few that are taken."""
    return func.coalesce(column, "")


def _locked(session: Session, job_ids: list[str]) -> list[str]:
    """PostgreSQL: those that nobody else holds. SQLite has one writer, and that is us."""
    if not job_ids or not is_postgresql(session):
        return job_ids
    rows = select(Job.id).where(Job.id.in_(job_ids), text(UNPUBLISHED), _free())
    return list(session.scalars(rows.with_for_update(skip_locked=True)))


def _closed_gates(session: Session, lanes: Sequence[Lane]) -> Gates:
    """With the limits' rows locked; what another dispatcher counts by at this moment is left to it."""
    tasks = {task for _, task in lanes}
    _make_rows(session, [task for task in sorted(tasks) if rate_in_force(task, None)])
    if not is_postgresql(session):
        return _gates(session, lanes)
    limited = or_(QueueSettings.concurrency_limit.is_not(None), QueueSettings.rate_limit.is_not(None))
    queues = {queue for queue, _ in lanes}
    mine = _lock(session, select(QueueSettings.queue).where(QueueSettings.queue.in_(queues), limited))
    my_tasks = _lock(session, select(TaskSettings.task).where(TaskSettings.task.in_(tasks)))
    gates = _gates(session, lanes)
    gates.shut |= (gates.slots.keys() | gates.queue_buckets.keys()) - mine
    gates.shut_tasks |= gates.task_buckets.keys() - my_tasks
    return gates


def _lock(session: Session, names: Select[str]) -> set[str]:
    return set(session.scalars(names.with_for_update(skip_locked=True)))


def _make_rows(session: Session, tasks: list[str]) -> None:
    """A limit that a contract declares gets its row when it is first needed: without one there is nothing to lock."""
    known = set(session.scalars(select(TaskSettings.task).where(TaskSettings.task.in_(tasks)))) if tasks else set()
    new = [{"task": task, "updated_at": clock.now()} for task in tasks if task not in known]
    if new:
        dialect = postgresql if is_postgresql(session) else sqlite
        session.execute(dialect.insert(TaskSettings).values(new).on_conflict_do_nothing())


def _gates(session: Session, lanes: Sequence[Lane]) -> Gates:
    queues, tasks = {queue for queue, _ in lanes}, {task for _, task in lanes}
    gates, now = Gates(), database_now(session)
    for row in _rows(session, QueueSettings, QueueSettings.queue.in_(queues)):
        _add_queue(session, gates, row, now)
    stored = {row.task: row for row in _rows(session, TaskSettings, TaskSettings.task.in_(tasks))}
    for task in tasks:
        row = stored.get(task)
        if rate := rate_in_force(task, row.rate_limit if row else None):
            gates.task_buckets[task] = Bucket(rate=rate, spent_until=row.spent_until if row else None, now=now)
    return gates


def _rows(session: Session, table: type[Any], condition: Any) -> Iterable[Any]:
    """As they are now, also when this session has read them before."""
    return session.execute(select(*table.__table__.columns).where(condition))


def _add_queue(session: Session, gates: Gates, row: Any, now: datetime) -> None:
    if row.state != QueueState.OPEN:
        gates.shut.add(row.queue)
        return
    if row.rate_limit is not None:
        gates.queue_buckets[row.queue] = Bucket(rate=parse_rate(row.rate_limit), spent_until=row.spent_until, now=now)
    if row.concurrency_limit is not None:
        gates.slots[row.queue] = row.concurrency_limit - in_flight(session, row.queue, most=row.concurrency_limit)


def in_flight(session: Session, queue: str, *, most: int) -> int:
    """How many jobs of `queue` are at the broker, on their way to it, or running; counts no further than `most`."""
    job = select(literal(1)).select_from(Job)
    published = job.where(text(PUBLISHED), Job.queue == queue)
    taken = by_index(job, Job, "ix_jobs_taken").where(
        text(TAKEN), text(UNPUBLISHED), _beside_the_index(Job.queue) == queue
    )
    running = job.where(text(RUNNING), _beside_the_index(Job.queue) == queue)
    return sum(_count(session, one.limit(most)) for one in (published, taken, running))


def _count(session: Session, some: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _store_spent(session: Session, gates: Gates) -> None:
    for queue, bucket in gates.queue_buckets.items():
        if bucket.used:
            session.execute(update(QueueSettings).where(QueueSettings.queue == queue).values(spent_until=bucket.spent))
    for task, bucket in gates.task_buckets.items():
        if bucket.used:
            session.execute(update(TaskSettings).where(TaskSettings.task == task).values(spent_until=bucket.spent))
