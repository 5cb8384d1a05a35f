"""What follows a job's end is done in the transaction that ends it: neither is lost without the other.

A failure leaves its dead letter. This package knows no workload: whoever wants to follow an ending registers here, in
every process that can end a job.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy import ColumnElement, Row, and_, not_, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import is_postgresql, table_of
from core.patience import is_trouble
from core.portions import portions
from jobs.dead_letters import ending as dead_letters
from jobs.dispatch.bell import ring_once_committed
from jobs.models import Job
from jobs.orders import Order
from jobs.states import JobState
from jobs.submit import submit_many
from jobs.workflows.advance import advance

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class EndedJob:
    """What a follower may decide by."""

    id: str
    task: str
    project_id: str | None
    state: JobState
    webhook_url: str | None
    retry_of: str | None
    dispatch: int
    workflow_id: str | None


Follower = Callable[[Session, Sequence[EndedJob]], Sequence[Order]]

_followers: dict[str, Follower] = {}
_concerned: dict[str, ColumnElement[bool]] = {}


def follow_endings(name: str, follower: Follower, *, concerned: ColumnElement[bool] | None = None) -> None:
    """From now on `follower` is asked at every end of jobs what is to be submitted then. A success for which
    `concerned`, a condition on the row in the table of jobs, does not hold may end without asking it."""
    _followers[name] = follower
    _concerned[name] = true() if concerned is None else concerned


def followers() -> list[str]:
    return sorted(_followers)


_jobs = table_of(Job).c


def nothing_follows() -> ColumnElement[bool]:
    """Of the row of a job that succeeds: `follow_up` would find nothing to do. As it is with nearly all."""
    settles_no_letter = and_(_jobs.retry_of.is_(None), _jobs.dispatch == 1)
    return and_(_jobs.workflow_id.is_(None), settles_no_letter, *(not_(_concerned[name]) for name in followers()))


# What EndedJob is made of: an update that ends a job returns them, which spares a read.
ENDED = (Job.id, Job.task, Job.project_id, Job.state, Job.webhook_url, Job.retry_of, Job.dispatch, Job.workflow_id)
ROWS_PER_LOOK = 500

EndedRow = Row[Any, *tuple[Any, ...]]


def follow_up(session: Session, row: EndedRow) -> None:
    """To be called by whatever makes a job final, in the same transaction; `row` holds the columns ENDED."""
    [ended] = _told(session, [row])
    if ended.workflow_id is not None:
        follow_up_ended(session, advance(session, ended.workflow_id, ended.id, ended.state))


def follow_up_ended(session: Session, job_ids: Sequence[str]) -> None:
    """For jobs that ended because of their workflow, which knows of it."""
    for some in portions(job_ids, ROWS_PER_LOOK):
        rows = select(*ENDED).where(Job.id.in_(some)).order_by(Job.id)
        _told(session, session.execute(rows).all())


def _told(session: Session, rows: Sequence[EndedRow]) -> list[EndedJob]:
    ended = [EndedJob(**{**row._mapping, "state": JobState(row.state)}) for row in rows]
    for one in ended:
        dead_letters.on_end(session, one)
    for name, follower in _followers.items():
        _submit(session, name, ended, follower)
    return ended


def follow_up_of(session: Session, job_id: str) -> None:
    """The same where no row is at hand."""
    follow_up(session, session.execute(select(*ENDED).where(Job.id == job_id)).one())


def _submit(session: Session, name: str, ended: Sequence[EndedJob], follower: Follower) -> None:
    """A fault in what follows must not keep the job from ending; a database in trouble repeats both, and so does a soft
    time limit that strikes just here: it says nothing about what follows."""
    try:
        with _recoverable(session):
            orders = follower(session, ended)
        if orders:
            with session.begin_nested():
                submit_many(session, orders)
            ring_once_committed(session)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and is_trouble(error):
            raise
        job_ids = [one.id for one in ended]
        log.exception("what follows the end of a job could not be submitted", jobs=job_ids, follower=name)


def _recoverable(session: Session) -> AbstractContextManager[Any]:
    """PostgreSQL refuses everything after a statement that failed, reads included; SQLite does not."""
    return session.begin_nested() if is_postgresql(session) else nullcontext()
