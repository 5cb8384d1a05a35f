"""Jobs that were submitted by a job: they end with it, also those that it submits after it was told to stop."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from jobs.models import Job
from jobs.notes import note
from jobs.states import JobState


def cancel_orphans(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of rows that are to be inserted, makes those cancelled whose parent was told to stop; answers them."""
    stopped = _stopped(session, {row["parent_id"] for row in rows if row["parent_id"] is not None})
    if not stopped:
        return []
    for row in rows:
        at = row["created_at"] if row["parent_id"] in stopped else None
        row |= {"cancel_requested_at": at, "ended_at": at}
        if at is not None:
            row |= {"state": JobState.CANCELLED, "due_at": None, "queued_at": None}
    return [row for row in rows if row["ended_at"] is not None]


def _stopped(session: Session, parent_ids: set[str]) -> set[str]:
    """They are held until the commit: a cancel in the same moment either is seen here, or sees the child."""
    if not parent_ids:
        return set()
    found = select(Job.id, Job.cancel_requested_at).where(Job.id.in_(parent_ids)).order_by(Job.id)
    held = session.execute(found.with_for_update(read=True))
    return {row.id for row in held if row.cancel_requested_at is not None}


def end_born_cancelled(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """The rest of their ending, now that they are there."""
    from jobs.follow_up import follow_up_of  # noqa: PLC0415  - what follows is submitted, and this is part of that

    for row in rows:
        note(session, row["id"], "cancelled", message="cancelled at birth: its parent had been told to stop")
        follow_up_of(session, row["id"])


def worth_visiting(session: Session, parent_id: str) -> Iterator[tuple[str, bool]]:
    """The children that may have to be cancelled, and whether they have ended: below those, others may go on."""
    below = aliased(Job)
    has_children = exists().where(below.parent_id == Job.id)
    found = select(Job.id, Job.ended_at).where(Job.parent_id == parent_id, or_(Job.ended_at.is_(None), has_children))
    for row in session.execute(found.order_by(Job.id)).all():
        yield row.id, row.ended_at is not None
