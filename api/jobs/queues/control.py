"""Pausing, draining and limiting queues, and limiting tasks: an operator's word, stored, that every process obeys."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.contracts import catalog
from core.db import is_postgresql, reading, writing
from core.errors import Invalid, NotFound, closest
from core.queues import DEAD_LETTER_QUEUE, Queue
from core.rates import parse_rate
from jobs.dispatch.gates import in_flight
from jobs.queues.settings import UNLIMITED, QueueSettings, QueueState, TaskSettings

MOST_AT_ONCE = 10_000  # jobs
QUEUES = tuple(one.value for one in Queue)


class UnknownQueue(NotFound):
    """There is no such queue."""


class HoldsNoJobs(Invalid):
    """The dead letter queue holds what the broker gave up on, and no jobs: there is nothing to pause or limit."""


class BadLimit(Invalid):
    """A concurrency limit is between 1 and 10,000."""


def check_queue(name: str) -> None:
    """Raises UnknownQueue with the nearest names, HoldsNoJobs."""
    if name == DEAD_LETTER_QUEUE:
        raise HoldsNoJobs
    if name not in QUEUES:
        raise UnknownQueue(f"There is no queue {name!r}. {closest(name, QUEUES)}")


def pause(session: Session, queue: str, *, by: str, reason: str | None = None) -> QueueSettings:
    """Nothing is dispatched, and workers take nothing more; what they hold already they finish.

    Raises as check_queue does.
    """
    return _hold(session, queue, QueueState.PAUSED, by, reason)


def drain(session: Session, queue: str, *, by: str, reason: str | None = None) -> QueueSettings:
    """Nothing more is dispatched; what has been is finished, and then the queue is paused. A paused one stays so.

    Raises as check_queue does.
    """
    return _hold(session, queue, QueueState.DRAINING, by, reason)


def resume(session: Session, queue: str) -> QueueSettings:
    """Raises as check_queue does."""
    settings = _locked(session, queue)
    settings.state, settings.paused_by, settings.paused_at, settings.reason = QueueState.OPEN, None, None, None
    return _changed(session, settings)


def _hold(session: Session, queue: str, state: QueueState, by: str, reason: str | None) -> QueueSettings:
    settings = _locked(session, queue)
    if settings.state != state and not (state is QueueState.DRAINING and settings.state == QueueState.PAUSED):
        settings.state, settings.paused_by, settings.paused_at = state, by, clock.now()
    settings.reason = reason or settings.reason
    return _changed(session, settings)


def limit_queue(session: Session, queue: str, **limits: Any) -> QueueSettings:
    """Sets `concurrency_limit` and `rate_limit`, those that are given; None lifts one.

    Raises BadRate, BadLimit, and as check_queue does.
    """
    if (rate := limits.get("rate_limit")) is not None:
        parse_rate(rate)
    if (most := limits.get("concurrency_limit")) is not None and not 1 <= most <= MOST_AT_ONCE:
        raise BadLimit(
            f"A concurrency limit is between 1 and {MOST_AT_ONCE:,}; to hold all jobs back, pause the queue."
        )
    settings = _locked(session, queue)
    if limits.get("rate_limit", settings.rate_limit) != settings.rate_limit:
        settings.spent_until = None
    for name, value in limits.items():
        setattr(settings, name, value)
    return _changed(session, settings)


def limit_task(session: Session, task: str, rate_limit: str | None) -> TaskSettings:
    """`none` lifts what the contract declares, None leaves it to the contract. Raises UnknownTask, BadRate."""
    catalog.get(task)
    if rate_limit is not None and rate_limit != UNLIMITED:
        parse_rate(rate_limit)
    _insert_missing(session, TaskSettings, {"task": task, "updated_at": clock.now()})
    settings = session.get_one(TaskSettings, task, with_for_update=True, populate_existing=True)
    if rate_limit != settings.rate_limit:
        settings.rate_limit, settings.spent_until = rate_limit, None
    settings.updated_at = clock.now()
    session.flush()
    return settings


def _locked(session: Session, queue: str) -> QueueSettings:
    check_queue(queue)
    _insert_missing(session, QueueSettings, {"queue": queue, "state": QueueState.OPEN.value, "updated_at": clock.now()})
    return session.get_one(QueueSettings, queue, with_for_update=True, populate_existing=True)


def _insert_missing(session: Session, table: type[Any], row: dict[str, Any]) -> None:
    dialect = postgresql if is_postgresql(session) else sqlite
    session.execute(dialect.insert(table).values(**row).on_conflict_do_nothing())


def _changed(session: Session, settings: QueueSettings) -> QueueSettings:
    settings.updated_at = clock.now()
    session.flush()
    return settings


def task_limits(session: Session) -> dict[str, str]:
    """What operators have set, by task."""
    found = select(TaskSettings.task, TaskSettings.rate_limit).where(TaskSettings.rate_limit.is_not(None))
    return {task: limit for task, limit in session.execute(found) if limit is not None}


def paused_queues() -> set[str]:
    """Those that workers must take nothing from; from one that is drained they take what is left."""
    with reading() as session:
        return set(session.scalars(select(QueueSettings.queue).where(QueueSettings.state == QueueState.PAUSED)))


def pause_what_is_drained() -> bool:
    """A regular duty; answers that no more waits."""
    with reading() as session:
        draining = list(session.scalars(select(QueueSettings.queue).where(QueueSettings.state == QueueState.DRAINING)))
    for queue in draining:
        _pause_if_drained(queue)
    return False


def _pause_if_drained(queue: str) -> None:
    with writing() as session:
        if in_flight(session, queue, most=1) == 0:
            drained = update(QueueSettings).where(
                QueueSettings.queue == queue, QueueSettings.state == QueueState.DRAINING
            )
            now: datetime = clock.now()
            session.execute(drained.values(state=QueueState.PAUSED, updated_at=now))
