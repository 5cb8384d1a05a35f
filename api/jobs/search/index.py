"""Filling the texts that the search looks through: a regular duty, a batch at a time, by what changed since the mark.

Texts and mark are written in one transaction whose first statement moves the mark from where it was read: a process
that dies leaves neither, and of two that do the same work one wins. A job changed meanwhile is met again further on.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, bindparam, func, literal, select, true, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import changed, is_postgresql, reading, table_of, writing
from core.engine import dump_json
from jobs.models import Job
from jobs.search.texts import SLOTS, JobText, JobTextMark, position_of, text_of

BATCH = 250  # jobs
SETTLED = timedelta(seconds=3)  # a transaction may commit later than the time it wrote
PUT_OFF = timedelta(seconds=10)  # a job that is made and ends within it is written once
FEW = 3_000  # of the newest changes, which the search looks through meanwhile; those before them are not put off
THE_MARK = 1
READ = (Job.id, Job.task, Job.payload, Job.result, Job.error, Job.created_at, Job.updated_at)
COLUMNS = ("position", "job_id", "text")

_texts = table_of(JobText)
_row = func.json_each(bindparam("rows")).table_valued("value").c.value
_GIVEN = select(*(func.json_extract(_row, f"$.{name}") for name in COLUMNS)).where(true())


@dataclass(frozen=True)
class _Text:
    """`position` is where it belongs when it is new."""

    job_id: str
    position: int
    text: str


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
        waiting = select(*READ).where(after(mark), Job.updated_at <= _until(session))
        found = list(session.execute(waiting.order_by(Job.updated_at, Job.id).limit(BATCH)))
        known = {row.job_id: row for row in _known(session, [row.id for row in found])}
    if not found:
        return False
    texts = [_Text(row.id, position_of(row), text_of(row)) for row in found]
    with writing() as session:
        if not _move(session, mark, found[-1]):
            return False  # another process did this batch, and goes on
        _store(session, texts, known)
    return len(found) == BATCH


def _until(session: Session) -> datetime:
    """Up to which change is written. What is younger than PUT_OFF waits; of many changes only the newest FEW, and
    whatever has not settled."""
    now = clock.now()
    newest = select(Job.updated_at).order_by(Job.updated_at.desc())
    last_of_many = session.scalar(newest.where(Job.updated_at > now - PUT_OFF).offset(FEW).limit(1))
    return now - PUT_OFF if last_of_many is None else min(last_of_many, now - SETTLED)


def _move(session: Session, mark: JobTextMark, last: Any) -> bool:
    here = and_(
        JobTextMark.id == THE_MARK,
        JobTextMark.at.is_not_distinct_from(mark.at),
        JobTextMark.job_id.is_not_distinct_from(mark.job_id),
    )
    return changed(session, update(JobTextMark).where(here).values(at=last.updated_at, job_id=last.id)) == 1


def _store(session: Session, texts: Sequence[_Text], known: Mapping[str, Any]) -> None:
    """Of jobs that are still there, and no write for a text that says the same as before. Few statements and few rows
    that come back, since each step gives up the interpreter while this holds SQLite's lock."""
    news = {one.job_id: one for one in texts if one.job_id not in known or known[one.job_id].text != one.text}
    held = [news[job_id] for job_id in _held(session, news)]
    positions = {job_id: row.position for job_id, row in known.items()}
    positions |= _placed(session, {one.job_id: one.position for one in held if one.job_id not in known})
    rows = [{"position": positions[one.job_id], "job_id": one.job_id, "text": one.text} for one in held]
    if rows:
        _put(session, rows)


def _put(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """On SQLite in one step."""
    if is_postgresql(session):
        session.execute(_or_anew(postgresql.insert(_texts)), rows)
    else:
        session.execute(_or_anew(sqlite.insert(_texts).from_select(COLUMNS, _GIVEN)), {"rows": dump_json(rows)})


def _or_anew(new: Any) -> Any:
    return new.on_conflict_do_update(index_elements=["position"], set_={"text": new.excluded.text})


def _known(session: Session, job_ids: Sequence[str]) -> Sequence[Any]:
    """What stands there, which changes only together with the mark."""
    columns = (JobText.position, JobText.job_id, JobText.text)
    return session.execute(select(*columns).where(JobText.job_id.in_(job_ids))).all()


def _held(session: Session, job_ids: Iterable[str]) -> list[str]:
    """Those that are there, kept from going before this is committed."""
    there = select(Job.id).where(Job.id.in_(list(job_ids)))
    if is_postgresql(session):
        return list(session.scalars(there.with_for_update(key_share=True, read=True)))
    return list(session.scalar(select(func.json_group_array(there.subquery().c.id, type_=JSON))) or ())


def _placed(session: Session, wanted: Mapping[str, int]) -> dict[str, int]:
    """Each at its position, or at the next one that is free."""
    taken = set(session.scalars(select(JobText.position).where(JobText.position.in_(wanted.values()))))
    placed: dict[str, int] = {}
    for job_id, position in wanted.items():
        if position not in taken:
            placed[job_id] = position
            taken.add(position)
    free = _Free(session, taken)
    late = sorted((position, job_id) for job_id, position in wanted.items() if job_id not in placed)
    return placed | {job_id: free.after(position) for position, job_id in late}


class _Free:
    """Free positions in their order. What is taken is read a stretch at a time: jobs that were made together fill many
    positions without a gap."""

    def __init__(self, session: Session, taken: Set[int]) -> None:
        self._session = session
        self._taken = taken
        self._at = self._read_to = 0
        self._stored: Set[int] = frozenset()

    def after(self, position: int) -> int:
        """For positions that never go down."""
        self._at = max(self._at, position) + 1
        while self._at in self._taken or self._is_stored(self._at):
            self._at += 1
        return self._at

    def _is_stored(self, position: int) -> bool:
        if position >= self._read_to:
            self._read_to = position + SLOTS
            stretch = select(JobText.position).where(JobText.position.between(position, self._read_to - 1))
            self._stored = set(self._session.scalars(stretch))
        return position in self._stored
