"""From the table to the broker: take rows, publish them outside any transaction, mark them.

A dispatcher runs in every web process and in every worker's main process, so nothing depends on one of them. What a
dispatcher has taken is its own until a lease runs out; if it dies in between, the message may be published twice,
and the claim lets only one of them run.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select, text, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import is_postgresql, reading, writing
from jobs.message import Delivery
from jobs.models import DELAYED, UNPUBLISHED, Job
from jobs.publisher import Publisher
from jobs.states import JobState

BATCH = 500
LEASE = timedelta(seconds=30)  # longer than the publisher waits for confirms
REFUSED_PAUSE = timedelta(seconds=5)  # before a message that no queue took is tried again


def _free() -> ColumnElement[bool]:
    return or_(Job.publisher_until.is_(None), Job.publisher_until < clock.now())


def _unpublished() -> ColumnElement[bool]:
    return and_(text(UNPUBLISHED), _free())


def _due() -> ColumnElement[bool]:
    return and_(text(DELAYED), Job.due_at <= clock.now())


def _ready() -> tuple[Select[str], Select[str]]:
    """Two queries, each on an index of its own, oldest first."""
    unpublished = select(Job.id).where(_unpublished()).order_by(Job.created_at, Job.id)
    return unpublished, select(Job.id).where(_due()).order_by(Job.due_at)


def anything_ready() -> bool:
    """A cheap look that takes no lock."""
    with reading() as session:
        return any(session.scalar(query.limit(1)) is not None for query in _ready())


def take(batch: str, *, only: Sequence[str] | None = None) -> list[Delivery]:
    """Makes up to BATCH ready rows ours (all of `only`, when given) and answers what is to be published."""
    with writing() as session:
        found = _choose(session, only)
        return _take_rows(session, batch, found) if found else []


def _choose(session: Session, only: Sequence[str] | None) -> list[str]:
    queries = _ready() if only is None else (select(Job.id).where(Job.id.in_(only), _unpublished()),)
    found: list[str] = []
    for query in queries:
        if is_postgresql(session):
            query = query.with_for_update(skip_locked=True)
        found += session.scalars(query.limit(BATCH - len(found)))
    return found


def _take_rows(session: Session, batch: str, found: list[str]) -> list[Delivery]:
    now = clock.now()
    held = {"publisher": batch, "publisher_until": now + LEASE}
    due = update(Job).where(Job.id.in_(found), _due())
    session.execute(due.values(state=JobState.QUEUED, queued_at=now, updated_at=now, **held))
    session.execute(update(Job).where(Job.id.in_(found), _unpublished()).values(**held))
    columns = (Job.id, Job.task, Job.queue, Job.dispatch, Job.retries, Job.payload, Job.canvas)
    taken = session.execute(select(*columns).where(Job.publisher == batch).order_by(Job.created_at, Job.id))
    return [Delivery(*row) for row in taken]


def mark(batch: str, published: set[str], taken: Sequence[Delivery]) -> None:
    """A row that moved on meanwhile has another `publisher`, so a later dispatch is never marked by mistake."""
    refused = [one.job_id for one in taken if one.job_id not in published]
    ours = update(Job).where(Job.publisher == batch)
    with writing() as session:
        if refused:
            again = clock.now() + REFUSED_PAUSE
            session.execute(ours.where(Job.id.in_(refused)).values(publisher=None, publisher_until=again))
        session.execute(ours.values(published_at=clock.now(), publisher=None, publisher_until=None))


def release(batch: str) -> None:
    """Gives rows back that could not be published."""
    with writing() as session:
        session.execute(update(Job).where(Job.publisher == batch).values(publisher=None, publisher_until=None))


def dispatch_once(publisher: Publisher, *, only: Sequence[str] | None = None) -> int:
    """One round; answers how many rows it took. Raises the transport's and the database's errors."""
    publisher.open()
    batch = ids.new_id()
    taken = take(batch, only=only)
    if not taken:
        return 0
    try:
        published = publisher.publish(taken)
    except BaseException:
        release(batch)
        raise
    mark(batch, published, taken)
    return len(taken)
