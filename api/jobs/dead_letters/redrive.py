"""Running again by itself what died of a cause that may have passed; due times are in the rows, so any process does."""

from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.orm import Session

from core import clock
from core.contracts import UnknownTask
from core.db import is_postgresql, reading, writing
from core.errors import AppError
from jobs.dead_letters.decisions import submit_again, told
from jobs.dead_letters.ending import AUTOMATIC, MAX_AGE, REDRIVE_EVERY, Chain, redrive_time
from jobs.dead_letters.models import TO_REDRIVE, DeadLetter
from jobs.models import Job

log = structlog.get_logger(__name__)

BATCH = 100  # letters in one transaction


def process_dlq(*, max_age_hours: float = MAX_AGE / timedelta(hours=1)) -> int:
    """Runs again, once each, what is due for it; answers how many it looked at, BATCH at most.

    A chain that began more than `max_age_hours` ago, or that was run again by itself three times, stays as it is.
    """
    if not _anything_due():
        return 0
    with writing() as session:
        due = _due(session)
        for letter in due:
            _redrive(session, letter, timedelta(hours=max_age_hours))
        session.flush()
    return len(due)


def _is_due() -> ColumnElement[bool]:
    return and_(text(TO_REDRIVE), DeadLetter.redrive_at <= clock.now())


def _anything_due() -> bool:
    """A cheap look that takes no lock."""
    with reading() as session:
        return session.scalar(select(DeadLetter.id).where(_is_due()).limit(1)) is not None


def _due(session: Session) -> list[DeadLetter]:
    query = select(DeadLetter).where(_is_due()).order_by(DeadLetter.redrive_at).limit(BATCH)
    if is_postgresql(session):
        query = query.with_for_update(skip_locked=True)
    return list(session.scalars(query))


def _redrive(session: Session, letter: DeadLetter, max_age: timedelta) -> None:
    """One that cannot be run must not keep the others from it."""
    if clock.now() - letter.first_at >= max_age:
        letter.redrive_at = None
        return
    if _runs_again(session, letter):
        letter.redrive_at = clock.now() + REDRIVE_EVERY
        return
    letter.redrives += 1
    try:
        made = submit_again(session, letter, AUTOMATIC)
    except UnknownTask as error:
        _not_yet(letter, error)
    except AppError as error:
        letter.redrive_at = None
        told(letter, "not redriven", AUTOMATIC, why=error.message)
    else:
        told(letter, "redriven", AUTOMATIC, job_id=made.job_id)
        log.info("dead letter is run again", letter=letter.id, job_id=made.job_id, redrives=letter.redrives)


def _runs_again(session: Session, letter: DeadLetter) -> bool:
    """Somebody has submitted its job again; how that ends decides about the letter."""
    retry = select(Job.id).where(Job.retry_of == letter.job_id, Job.ended_at.is_(None))
    return letter.job_id is not None and session.scalar(retry.limit(1)) is not None


def _not_yet(letter: DeadLetter, error: AppError) -> None:
    chain = Chain(letter.root_id, letter.first_at, letter.redrives)
    letter.redrive_at = redrive_time(letter.cause, chain, clock.now())
    told(letter, "not redriven", AUTOMATIC, why=error.message)
