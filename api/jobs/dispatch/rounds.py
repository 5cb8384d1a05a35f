"""From the table to the broker: take rows, publish them outside any transaction, mark them.

A dispatcher runs in every web process and in every worker's main process, so nothing depends on one of them. What a
dispatcher has taken is its own until a lease runs out; if it dies in between, the message may be published twice,
and the claim lets only one of them run.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.columns import UtcDateTime
from core.db import by_index, is_postgresql, reading, table_of, writing
from jobs.dispatch.admission import anything_admissible, choose
from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.unwritable import end_unsent
from jobs.models import DELAYED, TAKEN, Job
from jobs.states import JobState

BATCH = 500
LEASE = timedelta(seconds=30)  # longer than the publisher waits for confirms
REFUSED_PAUSE = timedelta(seconds=5)  # before a message that no queue took is tried again


# Made once, and on the table: a job that comes alone waits for each of them.
_jobs = table_of(Job)
_DUE = by_index(select(_jobs.c.id), _jobs, "ix_jobs_due").where(text(DELAYED), _jobs.c.due_at <= bindparam("now"))
_ANY_DUE = _DUE.limit(1)
_NEXT_DUE = _DUE.order_by(_jobs.c.due_at).limit(BATCH)
_NEXT_DUE_LOCKED = _NEXT_DUE.with_for_update(skip_locked=True)
_OF_DELIVERY = ("id", "task", "queue", "dispatch", "retries", "payload", "canvas")
_HOLD = (
    update(_jobs)
    .where(_jobs.c.id.in_(bindparam("ids", expanding=True)))
    .values(publisher=bindparam("batch"), publisher_until=bindparam("until", type_=UtcDateTime()))
    .returning(*(_jobs.c[name] for name in (*_OF_DELIVERY, "created_at")))
)
_OURS = update(_jobs).where(text(TAKEN), _jobs.c.publisher == bindparam("batch")).values(publisher=None)
_RELEASE = _OURS.values(publisher_until=bindparam("until", type_=UtcDateTime()))
MARK = _OURS.values(published_at=bindparam("now", type_=UtcDateTime()), publisher_until=None)


def anything_ready() -> bool:
    """A cheap look that takes no lock. What is held back by a pause or a limit is not ready."""
    with reading() as session:
        return session.scalar(_ANY_DUE, {"now": clock.now()}) is not None or anything_admissible(session)


def take(batch: str, *, only: Sequence[str] | None = None, most: int = BATCH) -> list[Delivery]:
    """Makes up to `most` ready rows ours (all of `only`, when given) and answers what is to be published."""
    with writing() as session:
        if only is None:
            _queue_what_is_due(session)
        found = choose(session, most=most if only is None else len(only), only=only)
        return _take_rows(session, batch, found) if found else []


def _queue_what_is_due(session: Session) -> None:
    """Whether or not they may go at once: what is due waits in its queue like everything else."""
    now, due = clock.now(), _NEXT_DUE_LOCKED if is_postgresql(session) else _NEXT_DUE
    if found := list(session.scalars(due, {"now": now})):
        queued = {"state": JobState.QUEUED, "queued_at": now, "updated_at": now}
        session.execute(update(Job).where(Job.id.in_(found)).values(**queued))


def _take_rows(session: Session, batch: str, found: list[str]) -> list[Delivery]:
    """The rows are locked, so their ids say it all: with more conditions SQLite would walk every queued job."""
    held = {"ids": found, "batch": batch, "until": clock.now() + LEASE}
    taken = sorted(session.execute(_HOLD, held), key=lambda row: (row.created_at, row.id))
    return [Delivery(*row[: len(_OF_DELIVERY)]) for row in taken]


def mark(batch: str, published: set[str], taken: Sequence[Delivery]) -> None:
    """A row that moved on meanwhile has another `publisher`, so a later dispatch is never marked by mistake."""
    refused = [one.job_id for one in taken if one.job_id not in published]
    with writing() as session:
        if refused:
            again = _RELEASE.where(_jobs.c.id.in_(refused))
            session.execute(again, {"batch": batch, "until": clock.now() + REFUSED_PAUSE})
        session.execute(MARK, {"batch": batch, "now": clock.now()})


def release(*batches: str, sent: bool = False) -> None:
    """Gives rows back that could not be published. What was `sent` may be in its queue all the same: its slot is its
    own, as of a lease that has run out."""
    if batches:
        until = clock.now() if sent else None
        with writing() as session:
            session.execute(_RELEASE, [{"batch": batch, "until": until} for batch in batches])


@contextmanager
def given_back(publisher: Publisher, *batches: str, sent: bool) -> Iterator[None]:
    """What cannot be published within it is in the table for everybody."""
    try:
        yield
    except BaseException:
        publisher.close()  # first, since the database may be away as well, and nobody knows what this channel is worth
        release(*batches, sent=sent)
        raise


def dispatch_once(publisher: Publisher, *, only: Sequence[str] | None = None, most: int = BATCH) -> int:
    """One round; answers how many rows it took. Raises the transport's and the database's errors."""
    publisher.open()
    batch = ids.new_id()
    taken = take(batch, only=only, most=most)
    if not taken:
        return 0
    with given_back(publisher, batch, sent=True):
        published = publisher.publish(taken)
    mark(batch, published, taken)
    end_unsent(publisher.unsent)
    return len(taken)
