"""Filling the texts that the search looks through: a regular duty, a batch at a time, by what changed since the mark.

Texts and mark are written in one transaction whose first statement moves the mark from where it was read: a process
that dies leaves neither, and of two that do the same work one wins. A job changed meanwhile is met again further on.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import changed, is_postgresql, reading, writing
from jobs.models import Job
from jobs.texts import JobText, JobTextMark, position_of, text_of

BATCH = 250  # jobs
SETTLED = timedelta(seconds=3)  # a transaction may commit later than the time it wrote
THE_MARK = 1
READ = (Job.id, Job.task, Job.payload, Job.result, Job.error, Job.created_at, Job.updated_at)


def the_mark(session: Session) -> JobTextMark:
    return session.get_one(JobTextMark, THE_MARK)


def after(mark: JobTextMark) -> ColumnElement[bool]:
    """The jobs whose texts are not in, or not of today."""
    if mark.at is None:
        return literal(True)
    here = tuple_(Job.updated_at, Job.id)
    return and_(Job.updated_at >= mark.at, here > tuple_(literal(mark.at, Job.updated_at.type), literal(mark.job_id)))


def index_texts() -> bool:
    """One batch; answers whether more waits. Raises the database's errors; repeating it does no harm."""
    with reading() as session:
        mark = the_mark(session)
        waiting = select(*READ).where(after(mark), Job.updated_at <= clock.now() - SETTLED)
        found = list(session.execute(waiting.order_by(Job.updated_at, Job.id).limit(BATCH)))
    if not found:
        return False
    texts = {row.id: (position_of(row), text_of(row)) for row in found}
    with writing() as session:
        if not _move(session, mark, found[-1]):
            return False  # another process did this batch, and goes on
        _store(session, texts)
    return len(found) == BATCH


def _move(session: Session, mark: JobTextMark, last: Any) -> bool:
    here = and_(
        JobTextMark.id == THE_MARK,
        JobTextMark.at.is_not_distinct_from(mark.at),
        JobTextMark.job_id.is_not_distinct_from(mark.job_id),
    )
    return changed(session, update(JobTextMark).where(here).values(at=last.updated_at, job_id=last.id)) == 1


def _store(session: Session, texts: dict[str, tuple[int, str]]) -> None:
    """Of jobs that are still there, and no write for a text that says the same as before."""
    known = {row.job_id: row for row in _known(session, texts)}
    stale = [
        {"position": known[job_id].position, "job_id": job_id, "text": text}
        for job_id, (_, text) in texts.items()
        if job_id in known and known[job_id].text != text
    ]
    new = {job_id: position for job_id, (position, _) in texts.items() if job_id not in known}
    placed = _placed(session, _held(session, new), new)
    rows = [{"position": position, "job_id": job_id, "text": texts[job_id][1]} for job_id, position in placed.items()]
    if stale:
        session.execute(update(JobText), stale)
    if rows:
        dialect = postgresql if is_postgresql(session) else sqlite
        session.execute(dialect.insert(JobText), rows)


def _known(session: Session, job_ids: Iterable[str]) -> Sequence[Any]:
    columns = (JobText.position, JobText.job_id, JobText.text)
    return session.execute(select(*columns).where(JobText.job_id.in_(list(job_ids)))).all()


def _held(session: Session, job_ids: Iterable[str]) -> list[str]:
    """Those that are there, kept from going before this is committed."""
    there = select(Job.id).where(Job.id.in_(list(job_ids)))
    return list(session.scalars(there.with_for_update(key_share=True, read=True)))


def _placed(session: Session, job_ids: Iterable[str], wanted: dict[str, int]) -> dict[str, int]:
    """Each at its position, or at the next one that is free."""
    placed: dict[int, str] = {}
    left = {job_id: wanted[job_id] for job_id in job_ids}
    while left:
        taken = (
            set(session.scalars(select(JobText.position).where(JobText.position.in_(left.values())))) | placed.keys()
        )
        for job_id, position in list(left.items()):
            if position in taken:
                left[job_id] = position + 1
            else:
                placed[position] = job_id
                taken.add(position)
                del left[job_id]
    return {job_id: position for position, job_id in placed.items()}
