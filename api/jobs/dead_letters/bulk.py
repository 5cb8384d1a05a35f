"""Deciding about many dead letters: in short transactions, and each answered for itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session

from core.db import writing
from core.errors import AppError
from core.patience import until_through
from jobs.bulk import PATIENCE, chunks
from jobs.dead_letters.decisions import discard, rerun
from jobs.dead_letters.models import DeadLetter
from jobs.submit import Submitted

T = TypeVar("T")


def spread(letter_ids: Sequence[str], *, start: datetime, per_minute: float) -> dict[str, datetime]:
    """When each is to run. The times are stored with the jobs, so that no process has to live as long as that."""
    return {one: start + timedelta(minutes=place / per_minute) for place, one in enumerate(letter_ids)}


def rerun_many(
    letter_ids: Sequence[str], *, by: str, due: Mapping[str, datetime] | None = None
) -> dict[str, Submitted | AppError]:
    """What was made of each, or why not. One that was run again before is refused, so repeating it does no harm."""
    times = due or {}
    return _each(letter_ids, lambda session, one: rerun(session, one, by=by, due_at=times.get(one)))


def discard_many(letter_ids: Sequence[str], *, by: str, reason: str) -> dict[str, DeadLetter | AppError]:
    return _each(letter_ids, lambda session, one: discard(session, one, by=by, reason=reason))


def _each(letter_ids: Sequence[str], decide: Callable[[Session, str], T]) -> dict[str, T | AppError]:
    answers: dict[str, T | AppError] = {}
    for some in chunks(letter_ids):
        answers |= until_through(partial(_chunk, some, decide), what="deciding about many", patience=PATIENCE)
    return answers


def _chunk(letter_ids: Sequence[str], decide: Callable[[Session, str], T]) -> dict[str, T | AppError]:
    with writing(durable=True) as session:
        return {one: _one(session, one, decide) for one in letter_ids}


def _one(session: Session, letter_id: str, decide: Callable[[Session, str], T]) -> T | AppError:
    try:
        with session.begin_nested():
            return decide(session, letter_id)
    except AppError as error:
        return error
