"""Cancelling: stored, so that it reaches jobs that wait, are delayed, or run, and workers that are offline now."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock
from core.db import changed
from core.errors import Conflict, NotFound
from jobs.children import worth_visiting
from jobs.finish import end_paused_attempt
from jobs.follow_up import ENDED, follow_up
from jobs.models import NOT_TAKEN, Job
from jobs.notes import note
from jobs.states import AT_REST, JobState, Outcome


class UnknownJob(NotFound):
    """There is no such job."""


class AlreadyEnded(Conflict):
    """The job has ended already."""


def cancel(session: Session, job_id: str, *, by: str) -> JobState:
    """Ends a job that nobody works on at once; asks a running one to stop. Its children likewise, and theirs.

    Raises UnknownJob, AlreadyEnded.
    """
    state = _cancel_one(session, job_id, by)
    cancel_below(session, job_id, by)
    return state


def cancel_below(session: Session, job_id: str, by: str) -> None:
    """Each is held before its own children are looked for, so that none is submitted unseen meanwhile.

    A job may submit the next one, and that the next, so there may be thousands below each other.
    """
    parents, seen = [job_id], {job_id}
    while parents:
        for child, ended in worth_visiting(session, parents.pop()):
            if child in seen:  # whoever submits through Celery may name any parent
                continue
            seen.add(child)
            with suppress(AlreadyEnded):  # in this very moment
                if not ended:
                    _cancel_one(session, child, by)
            parents.append(child)


def _cancel_one(session: Session, job_id: str, by: str) -> JobState:
    state, continues = _locked(session, job_id)
    now = clock.now()
    values: dict[str, Any] = {"cancel_requested_at": now, "updated_at": now}
    if state in AT_REST:
        cancelled = {"state": JobState.CANCELLED, "ended_at": now, **values, **NOT_TAKEN}
        ending = update(Job).where(Job.id == job_id).values(**cancelled)
        ended = session.execute(ending.returning(*ENDED)).one()
        if continues:
            end_paused_attempt(session, job_id, Outcome.CANCELLED, at=now)
        note(session, job_id, "cancelled", message=f"cancelled by {by} before it ran")
        follow_up(session, ended)
        return JobState.CANCELLED
    unasked = update(Job).where(Job.id == job_id, Job.cancel_requested_at.is_(None))
    if changed(session, unasked.values(**values)):
        note(session, job_id, "cancel_requested", message=f"{by} asked it to stop")
    return state


def _locked(session: Session, job_id: str) -> tuple[JobState, bool]:
    """Its state, and whether an attempt of it is to go on."""
    found = select(Job.state, Job.continues).where(Job.id == job_id).with_for_update()
    row = session.execute(found).one_or_none()
    if row is None:
        raise UnknownJob(f"There is no job {job_id!r}.")
    state = JobState(row.state)
    if state.final:
        raise AlreadyEnded(f"The job has ended already: it is {state}.")
    return state, row.continues
