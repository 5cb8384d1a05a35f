"""What a person decides about a dead letter: run it again, or discard it. Nothing is decided twice."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import clock
from core.contracts import catalog
from core.errors import Conflict, NotFound
from jobs.again import order_like
from jobs.dead_letters.messages import arguments_of, canvas_in
from jobs.dead_letters.models import DeadLetter, LetterState
from jobs.models import Job
from jobs.orders import Order
from jobs.submit import Submitted, submit_many


class UnknownLetter(NotFound):
    """There is no such dead letter."""


class Decided(Conflict):
    """Something was decided about this dead letter before."""


class NothingToRun(Conflict):
    """Nothing tells what to run: the message could not be read. Send task and payload as a new job."""


def locked(session: Session, letter_id: str) -> DeadLetter:
    """Raises UnknownLetter."""
    letter = session.get(DeadLetter, letter_id, with_for_update=True, populate_existing=True)
    if letter is None:
        raise UnknownLetter(f"There is no dead letter {letter_id!r}.")
    return letter


def told(letter: DeadLetter, what: str, by: str, **more: Any) -> None:
    """One line of the letter's history."""
    letter.history = [*letter.history, {"at": clock.now().isoformat(), "what": what, "by": by, **more}]


def rerun(
    session: Session,
    letter_id: str,
    *,
    by: str,
    payload: dict[str, Any] | None = None,
    due_at: datetime | None = None,
) -> Submitted:
    """A new job, with another payload if one is given. Raises UnknownLetter, Decided, NothingToRun, NeverReleased,
    CanvasNotStorable, UnknownTask, InvalidPayload, PayloadTooLarge."""
    letter = locked(session, letter_id)
    if letter.state not in {LetterState.OPEN, LetterState.DISCARDED}:
        raise Decided(_why_not(letter))
    made = submit_again(session, letter, by, payload=payload, due_at=due_at)
    letter.decided_by, letter.decided_at, letter.reason = by, clock.now(), None
    edited = {} if payload is None else {"edited": True}
    told(letter, "rerun", by, job_id=made.job_id, **edited)
    session.flush()
    return made


def _why_not(letter: DeadLetter) -> str:
    if letter.state == LetterState.RESOLVED:
        return "It is resolved: a later run ended well."
    if letter.new_job_id is None:
        return "Its job has not ended: it is dispatched again by itself."
    return f"It was run again before, as job {letter.new_job_id}."


def discard(session: Session, letter_id: str, *, by: str, reason: str) -> DeadLetter:
    """Raises UnknownLetter, Decided."""
    letter = locked(session, letter_id)
    if letter.state != LetterState.OPEN:
        raise Decided("It is discarded already." if letter.state == LetterState.DISCARDED else _why_not(letter))
    letter.state, letter.redrive_at = LetterState.DISCARDED, None
    letter.decided_by, letter.decided_at, letter.reason = by, clock.now(), reason
    told(letter, "discarded", by, reason=reason)
    session.flush()
    return letter


def submit_again(session: Session, letter: DeadLetter, by: str, **how: Any) -> Submitted:
    """For a letter that is locked. Raises what `rerun` raises of payload and task."""
    made = submit_many(session, [_order(session, letter, by, **how)])[0]
    letter.state, letter.new_job_id, letter.redrive_at = LetterState.REDRIVEN, made.job_id, None
    if made.job_id == letter.id:
        letter.job_id = made.job_id
        _begin_after(session, letter.id)
    return made


def _begin_after(session: Session, job_id: str) -> None:
    """The message that died was this job's first: whichever copy of it still comes is late, and how the job ends
    decides about the letter."""
    session.execute(update(Job).where(Job.id == job_id).values(dispatch=Job.dispatch + 1))


def _order(
    session: Session,
    letter: DeadLetter,
    by: str,
    *,
    payload: dict[str, Any] | None = None,
    due_at: datetime | None = None,
) -> Order:
    job = session.get(Job, letter.job_id) if letter.job_id else None
    order = order_like(job, by, payload) if job is not None else _order_from_message(session, letter, by, payload)
    return replace(order, due_at=due_at)


def _order_from_message(session: Session, letter: DeadLetter, by: str, payload: dict[str, Any] | None) -> Order:
    """Under the id that its sender waits for, if that is still free."""
    if letter.task is None:
        raise NothingToRun
    contract = catalog.get(letter.task)
    return Order(
        contract=contract,
        payload=contract.parse(payload if payload is not None else contract.bind(*_arguments(letter))),
        submitted_by=by,
        job_id=letter.id if session.get(Job, letter.id) is None else None,
        canvas=canvas_in(letter.body, letter.headers),
    )


def _arguments(letter: DeadLetter) -> tuple[list[Any], dict[str, Any]]:
    found = arguments_of(letter.body)
    if found is None:
        raise NothingToRun
    return found
