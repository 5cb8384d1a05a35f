"""Orders that share a transaction: stored all or none, once, and the one at fault is named."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.db import writing
from core.errors import AppError, FieldError
from core.patience import until_through
from core.portions import ROWS_PER_STATEMENT, portions
from core.postgresql import unasked
from jobs.dispatch.handover import Hold
from jobs.models import Job
from jobs.orders import Order
from jobs.plain_orders import is_plain, submit_plain
from jobs.states import JobState
from jobs.submit import Submitted, submit_many

PATIENCE = 10.0  # seconds a request waits for a database in trouble


def store(orders: Sequence[Order], hold: Hold) -> list[Submitted]:
    """One durable transaction, repeated while the database is in trouble. Raises StillTroubled."""
    tries = 0

    def once() -> list[Submitted]:
        nonlocal tries
        tries += 1
        return _make(orders, hold) if tries == 1 else _make_what_is_missing(orders, hold)

    return until_through(once, what="submit", patience=PATIENCE)


def _make(orders: Sequence[Order], hold: Hold) -> list[Submitted]:
    if all(map(is_plain, orders)):
        return submit_plain(orders, hold.take)
    with unasked(), writing(durable=True) as session:
        return submit_many(session, orders)


def _make_what_is_missing(orders: Sequence[Order], hold: Hold) -> list[Submitted]:
    with unasked(), writing(durable=True) as session:
        there = _stored_before(session, orders)
        if not there:
            hold.taken = None  # what it held was rolled back
        made = iter(submit_many(session, [order for order in orders if order.job_id not in there]))
        return [there.get(order.job_id or "") or next(made) for order in orders]


def _stored_before(session: Session, orders: Sequence[Order]) -> dict[str, Submitted]:
    """A commit that went through although its answer was lost: its rows are not made again."""
    names = [order.job_id for order in orders if order.job_id]
    found: dict[str, Submitted] = {}
    for some in portions(names, ROWS_PER_STATEMENT):
        rows = session.execute(select(Job.id, Job.state).where(Job.id.in_(some)))
        found |= {row.id: Submitted(row.id, JobState(row.state)) for row in rows}
    return found


def blame(orders: Sequence[Order], error: Exception) -> Exception:
    """For several orders: the same refusal, saying which of them is at fault."""
    if len(orders) == 1 or not isinstance(error, AppError):
        return error
    index = _culprit(orders)
    if index is None:
        return error
    field = FieldError(field=f"jobs.{index}", message=error.message)
    return type(error)(f"jobs.{index}: {error.message}", fields=[field, *error.fields])


class _NothingWrong(Exception):
    """Rolls the trial back."""


def _culprit(orders: Sequence[Order]) -> int | None:
    """Tries them one by one, and keeps nothing."""
    done = 0
    try:
        with writing() as session:
            for order in orders:
                submit_many(session, [order])
                done += 1
            raise _NothingWrong
    except AppError:
        return done
    except (DBAPIError, _NothingWrong):
        return None
