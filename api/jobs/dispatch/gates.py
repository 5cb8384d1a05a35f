"""What stands between the ready rows and the broker: pauses, concurrency limits and rates, and what is left of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, bindparam, func, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import by_index, database_now, is_postgresql, table_of, unindexed
from core.prepared import PreparedRead
from core.rates import Rate, parse_rate
from jobs.models import PUBLISHED, RUNNING, TAKEN, UNPUBLISHED, Job
from jobs.queues.settings import QueueSettings, QueueState, TaskSettings, rate_in_force

Lane = tuple[str, str]  # queue, task

# On the tables: rows as they are now, also when the session has read them before.
_queues, _tasks = table_of(QueueSettings), table_of(TaskSettings)
_QUEUES = select(_queues).where(_queues.c.queue.in_(bindparam("names", expanding=True)))
_TASKS = select(_tasks).where(_tasks.c.task.in_(bindparam("names", expanding=True)))
_LIMITED = or_(_queues.c.concurrency_limit.is_not(None), _queues.c.rate_limit.is_not(None))
_LOCK_QUEUES = (
    select(_queues.c.queue)
    .where(_queues.c.queue.in_(bindparam("names", expanding=True)))
    .where(_LIMITED)
    .with_for_update(skip_locked=True)
)
_LOCK_TASKS = (
    select(_tasks.c.task).where(_tasks.c.task.in_(bindparam("names", expanding=True))).with_for_update(skip_locked=True)
)
_HINDERED = PreparedRead(
    select(literal("queue").label("what"), _queues.c.queue.label("name"))
    .where(or_(_queues.c.state != QueueState.OPEN.value, _LIMITED))
    .union_all(select(literal("task"), _tasks.c.task).where(_tasks.c.rate_limit.is_not(None)))
)
Reason = Literal["paused", "concurrency", "rate"]


@dataclass(frozen=True)
class Held:
    """Why nothing of a lane goes now; `until` is when the next one may, where a rate holds it."""

    by: Reason
    until: datetime | None = None


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
    def free_at(self) -> datetime:
        return self.rate.free_at(self.spent_until, self.now)

    @property
    def spent(self) -> datetime:
        return self.rate.spend(self.spent_until, self.now, self.used)


@dataclass(kw_only=True)
class Gates:
    """What stands between the ready rows and the broker; what is not named here is open."""

    shut: set[str] = field(default_factory=set)  # queues
    draining: set[str] = field(default_factory=set)  # queues of which only what was taken before still goes
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
        return lane[0] in self.draining or self.slots.get(lane[0], 1) <= 0

    def holding(self, lane: Lane) -> Held | None:
        """What holds back the next row of a lane."""
        if lane[0] in self.shut | self.draining:
            return Held("paused")
        if self.is_full(lane):
            return Held("concurrency")
        spent = [one.free_at for one in self._buckets(*lane) if one.left <= 0]
        return Held("rate", max(spent)) if spent else None

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

    def take_back(self, row: Any) -> None:
        """It was admitted, and cannot go after all: it has used up nothing."""
        for bucket in self._buckets(row.queue, row.task):
            bucket.used -= 1

    def _buckets(self, queue: str, task: str) -> list[Bucket]:
        found = (self.queue_buckets.get(queue), self.task_buckets.get(task))
        return [bucket for bucket in found if bucket is not None]


def free_lanes(lanes: Iterable[Lane]) -> set[Lane]:
    """Those where nothing is shut and nothing is counted at this moment: whatever comes there may go."""
    hindered = set(_HINDERED.all({}))
    return {
        (queue, task)
        for queue, task in lanes
        if not {("queue", queue), ("task", task)} & hindered and rate_in_force(task, None) is None
    }


def lock_gates(session: Session, lanes: Sequence[Lane]) -> Gates:
    """With the limits' rows locked; what another dispatcher counts by at this moment is left to it."""
    tasks = {task for _, task in lanes}
    _make_rows(session, [task for task in sorted(tasks) if rate_in_force(task, None)])
    if not is_postgresql(session):
        return look_at_gates(session, lanes)
    mine = _named(session, _LOCK_QUEUES, {queue for queue, _ in lanes})
    my_tasks = _named(session, _LOCK_TASKS, tasks)
    gates = look_at_gates(session, lanes)
    gates.shut |= (gates.slots.keys() | gates.queue_buckets.keys()) - mine
    gates.shut_tasks |= gates.task_buckets.keys() - my_tasks
    return gates


def _named(session: Session, names: Select[str], wanted: Iterable[str]) -> set[str]:
    return set(session.scalars(names, {"names": list(wanted)}))


def _make_rows(session: Session, tasks: list[str]) -> None:
    """A limit that a contract declares gets its row when it is first needed: without one there is nothing to lock."""
    known = set(session.scalars(select(TaskSettings.task).where(TaskSettings.task.in_(tasks)))) if tasks else set()
    new = [{"task": task, "updated_at": clock.now()} for task in tasks if task not in known]
    if new:
        dialect = postgresql if is_postgresql(session) else sqlite
        session.execute(dialect.insert(TaskSettings).values(new).on_conflict_do_nothing())


def look_at_gates(session: Session, lanes: Sequence[Lane]) -> Gates:
    """Without a lock: as they are at this moment."""
    queues, tasks = {queue for queue, _ in lanes}, {task for _, task in lanes}
    gates, now = Gates(), database_now(session)
    for row in session.execute(_QUEUES, {"names": list(queues)}):
        _add_queue(session, gates, row, now)
    stored = {row.task: row for row in session.execute(_TASKS, {"names": list(tasks)})}
    for task in tasks:
        own = stored.get(task)
        if rate := rate_in_force(task, own.rate_limit if own else None):
            gates.task_buckets[task] = Bucket(rate=rate, spent_until=own.spent_until if own else None, now=now)
    return gates


def _add_queue(session: Session, gates: Gates, row: Any, now: datetime) -> None:
    if row.state == QueueState.PAUSED:
        gates.shut.add(row.queue)
        return
    if row.state == QueueState.DRAINING:
        gates.draining.add(row.queue)
    if row.rate_limit is not None:
        gates.queue_buckets[row.queue] = Bucket(rate=parse_rate(row.rate_limit), spent_until=row.spent_until, now=now)
    if row.concurrency_limit is not None:
        gates.slots[row.queue] = row.concurrency_limit - in_flight(session, row.queue, most=row.concurrency_limit)


def in_flight(session: Session, queue: str, *, most: int) -> int:
    """How many jobs of `queue` are on their way to the broker, there, or running; counts no further than `most`.

    In the order in which jobs pass through these: one that moves on meanwhile is counted twice, and never missed.
    """
    job = select(literal(1)).select_from(Job)
    published = job.where(text(PUBLISHED), Job.queue == queue)
    taken = by_index(job, Job, "ix_jobs_taken").where(text(TAKEN), text(UNPUBLISHED), unindexed(Job.queue) == queue)
    running = job.where(text(RUNNING), unindexed(Job.queue) == queue)
    return sum(_count(session, one.limit(most)) for one in (taken, published, running))


def _count(session: Session, some: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def store_spent(session: Session, gates: Gates) -> None:
    """What was admitted counts, whoever looks next."""
    for queue, bucket in gates.queue_buckets.items():
        if bucket.used:
            session.execute(update(QueueSettings).where(QueueSettings.queue == queue).values(spent_until=bucket.spent))
    for task, bucket in gates.task_buckets.items():
        if bucket.used:
            session.execute(update(TaskSettings).where(TaskSettings.task == task).values(spent_until=bucket.spent))
