"""From the table to the broker: take rows, publish them outside any transaction, mark them.

A dispatcher runs in every web process and in every worker's main process, so nothing depends on one of them. What a
dispatcher has taken is its own until a lease runs out; if it dies in between, the message may be published twice,
and the claim lets only one of them run.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, select, text, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import by_index, is_postgresql, reading, writing
from jobs.admission import anything_admissible, choose
from jobs.message import Delivery
from jobs.models import DELAYED, TAKEN, Job
from jobs.publisher import Publisher
from jobs.states import JobState

BATCH = 500
LEASE = timedelta(seconds=30)  # longer than the publisher waits for confirms
REFUSED_PAUSE = timedelta(seconds=5)  # before a message that no queue took is tried again


def _due() -> Select[str]:
    return by_index(select(Job.id), Job, "ix_jobs_due").where(text(DELAYED), Job.due_at <= clock.now())


def anything_ready() -> bool:
    """A cheap look that takes no lock. What is held back by a pause or a limit is not ready."""
    with reading() as session:
        return session.scalar(_due().limit(1)) is not None or anything_admissible(session)


def take(batch: str, *, only: Sequence[str] | None = None) -> list[Delivery]:
    """Makes up to BATCH ready rows ours (all of `only`, when given) and answers what is to be published."""
    with writing() as session:
        if only is None:
            _queue_what_is_due(session)
        found = choose(session, most=BATCH if only is None else len(only), only=only)
        return _take_rows(session, batch, found) if found else []


def _queue_what_is_due(session: Session) -> None:
    """Whether or not they may go at once: what is due waits in its queue like everything else."""
    due = _due().order_by(Job.due_at).limit(BATCH)
    if is_postgresql(session):
        due = due.with_for_update(skip_locked=True)
    if found := list(session.scalars(due)):
        now = clock.now()
        queued = {"state": JobState.QUEUED, "queued_at": now, "updated_at": now}
        session.execute(update(Job).where(Job.id.in_(found)).values(**queued))


def _take_rows(session: Session, batch: str, found: list[str]) -> list[Delivery]:
    """The rows are locked, so their ids say it all: with more conditions SQLite would walk every queued job."""
    held = {"publisher": batch, "publisher_until": clock.now() + LEASE}
    session.execute(update(Job).where(Job.id.in_(found)).values(**held))
    columns = (Job.id, Job.task, Job.queue, Job.dispatch, Job.retries, Job.payload, Job.canvas)
    taken = session.execute(select(*columns).where(_taken_by(batch)).order_by(Job.created_at, Job.id))
    return [Delivery(*row) for row in taken]


def _taken_by(batch: str) -> ColumnElement[bool]:
    return and_(text(TAKEN), Job.publisher == batch)


def mark(batch: str, published: set[str], taken: Sequence[Delivery]) -> None:
    """A row that moved on meanwhile has another `publisher`, so a later dispatch is never marked by mistake."""
    refused = [one.job_id for one in taken if one.job_id not in published]
    ours = update(Job).where(_taken_by(batch))
    with writing() as session:
        if refused:
            again = clock.now() + REFUSED_PAUSE
            session.execute(ours.where(Job.id.in_(refused)).values(publisher=None, publisher_until=again))
        session.execute(ours.values(published_at=clock.now(), publisher=None, publisher_until=None))


def release(batch: str) -> None:
    """Gives rows back that could not be published."""
    with writing() as session:
        session.execute(update(Job).where(_taken_by(batch)).values(publisher=None, publisher_until=None))


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
