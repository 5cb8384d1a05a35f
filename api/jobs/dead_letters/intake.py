"""A message that the broker gave up on becomes a row. It ends its job only when it is the dispatch in force.

One transaction: the job's row is locked first, so that whoever moves the job on meanwhile is either seen or waits.
"""

import uuid
from contextlib import suppress
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.contracts import catalog
from core.db import is_postgresql, writing
from core.errors import Invalid
from jobs.canvas import CanvasNotStorable, checked_canvas
from jobs.dead_letters.ending import REDRIVE_CAP, REDRIVE_EVERY, Chain, chain_of, redrive_time
from jobs.dead_letters.messages import DeadMessage, arguments_of, canvas_in, expiry_in
from jobs.dead_letters.models import DeadLetter, LetterState
from jobs.expiry import end_if_expired
from jobs.finish import NEXT_DISPATCH, fail_queued
from jobs.models import Job, JobNote
from jobs.notes import note
from jobs.orders import Order
from jobs.states import JobState
from jobs.submit import submit_many


def take_in(message: DeadMessage) -> None:
    """Durable when it returns; doing it again with the same message changes nothing."""
    with writing(durable=True) as session:
        job = session.get(Job, message.job_id, with_for_update=True) if message.job_id else None
        letter = session.get(DeadLetter, message.id, with_for_update=True)
        if letter is not None and letter.x_death == message.x_death:
            return
        if job is None:
            if not _ends_as_expired(session, message):
                _record(session, message, letter)
        elif job.status is JobState.QUEUED and job.dispatch == (message.dispatch or 1):
            _give_another_chance(session, message, job, letter)
        else:
            _pass_over(session, message, job)


def _ends_as_expired(session: Session, message: DeadMessage) -> bool:
    """From a foreign client, and not begun in time: no failure, and nothing to try again. A cancelled job says so."""
    expires_at, contract = expiry_in(message), catalog.find(message.task or "")
    arguments = arguments_of(message.body)
    if expires_at is None or contract is None or arguments is None or message.job_id is None:
        return False
    with suppress(Invalid):
        payload = contract.parse(contract.bind(*arguments))
        order = Order(
            contract=contract,
            payload=payload,
            job_id=message.job_id,
            expires_at=expires_at,
            canvas=_storable_canvas(message),
        )
        submit_many(session, [order])
        end_if_expired(session, message.job_id, expires_at)  # or the regular duty does, by this clock
        return True
    return False


def _storable_canvas(message: DeadMessage) -> dict[str, Any] | None:
    """It is no reason not to end the job, which nobody will run."""
    with suppress(CanvasNotStorable):
        return checked_canvas(canvas_in(message.body, message.headers))
    return None


def _record(session: Session, message: DeadMessage, letter: DeadLetter | None) -> None:
    """There is no job: a task that nobody knows, or no message of ours."""
    now = clock.now()
    letter = _letter(session, message, letter, Chain(message.id, now))
    letter.state = LetterState.OPEN
    if expiry_in(message) is None:
        letter.redrive_at = redrive_time(message.cause, Chain(letter.root_id, letter.first_at, letter.redrives), now)


def _letter(session: Session, message: DeadMessage, letter: DeadLetter | None, chain: Chain) -> DeadLetter:
    if letter is None:
        letter = DeadLetter(id=message.id, root_id=chain.root_id, first_at=chain.first_at, redrives=chain.redrives)
        letter.history, letter.redrive_at = [], None
        session.add(letter)
    for name in ("cause", "task", "queue", "error", "dispatch", "x_death", "headers", "body"):
        setattr(letter, name, getattr(message, name))
    letter.at = clock.now()
    return letter


def _give_another_chance(session: Session, message: DeadMessage, job: Job, letter: DeadLetter | None) -> None:
    """The payload is in the row, so a new message mends what was wrong with this one; up to REDRIVE_CAP times."""
    letter = _letter(session, message, letter, chain_of(session, job, clock.now()))
    letter.job_id, letter.project_id = job.id, job.project_id
    letter.task, letter.queue = job.task, job.queue
    if letter.redrives >= REDRIVE_CAP:
        letter.state = LetterState.OPEN
        session.flush()
        fail_queued(session, job, message.error)
        return
    letter.state, letter.redrives = LetterState.REDRIVEN, letter.redrives + 1
    _dispatch_later(session, message, job)


def _dispatch_later(session: Session, message: DeadMessage, job: Job) -> None:
    now = clock.now()
    later: dict[str, Any] = {"state": JobState.RETRYING, "due_at": now + REDRIVE_EVERY, "updated_at": now}
    session.execute(update(Job).where(Job.id == job.id).values(error=message.error, **later, **NEXT_DISPATCH))
    note(session, job.id, "dead_lettered", message=message.error["message"], data={"dispatch": message.dispatch})


def _pass_over(session: Session, message: DeadMessage, job: Job) -> None:
    """The job runs, has ended, or was dispatched again since: this is told on its page and changes nothing."""
    told = f"{job.id} {message.dispatch} {message.x_death}"
    row = {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, told)), "job_id": job.id, "at": clock.now()}
    text = f"The broker gave up on the message of dispatch {message.dispatch or 1}; the job had moved on."
    dialect = postgresql if is_postgresql(session) else sqlite
    noted = dialect.insert(JobNote).values(**row, kind="dead_letter_passed_over", message=text)
    session.execute(noted.on_conflict_do_nothing(index_elements=["id"]))
