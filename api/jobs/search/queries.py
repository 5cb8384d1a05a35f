"""Finding jobs by text: candidates from an index, each looked at once more before it is shown.

The texts lag some seconds behind the jobs, so those that changed since are looked through directly, up to a bound.
What is found by either way is compared with the job as it is now, and without what its contract hides now: an index
that is behind shows nothing wrong, and a field that became secret is not found any more.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, cast, column, func, or_, select, table, text
from sqlalchemy.orm import Session

from core.db import is_postgresql
from core.http import BadCursor, Page, decode_cursor, encode_cursor
from jobs.listed import WITHOUT_VALUES
from jobs.models import Job
from jobs.narrowing import Wanted, bare, dressed, narrowed
from jobs.search.found import Candidate, really_found
from jobs.search.index import after, the_mark
from jobs.search.texts import JobText, needle_of, position_of

PENDING = 5_000  # of the jobs whose texts are not in yet, so many of the newest are looked through
FEW = 2_000  # when the other filters leave no more jobs than that, these are looked through directly
NEWEST = 20_000  # texts in which one or two characters are looked for
TRIGRAMS = 32  # of a long text, so many are looked up; the comparison does the rest
EVERYWHERE = 2**62

FOR_THESE_VALUES = text("SET LOCAL plan_cache_mode = force_custom_plan")
FTS = table("job_texts_fts", column("rowid"))

Place = tuple[int, str]  # in a list that begins with the newest; jobs that are not in the index may share a position
FIRST: Place = (-EVERYWHERE, "")

_JOBS = select(Job).options(*WITHOUT_VALUES)
_TEXTS = select(JobText.position, Job).options(*WITHOUT_VALUES)


def search_jobs(
    session: Session, wanted: str, others: Sequence[Wanted], *, cursor: str | None, limit: int
) -> Page[Job]:
    """Newest first: jobs of which `wanted` is a part of payload, result or error, or the id. Payload and result are
    left unread. Raises BadCursor."""
    _plan_for_these_values(session)
    last = FIRST if cursor is None else _place_in(cursor)
    found: dict[str, Candidate] = {}
    later = (one for one in _candidates(session, wanted, others, last) if _place(one) > last)
    for one in really_found(session, later, wanted, at_once=limit + 1):
        found.setdefault(one[1].id, one)
        if len(found) > limit:
            break
    items = list(found.values())[:limit]
    following = encode_cursor([items[-1][0], items[-1][1].id]) if len(found) > limit else None
    return Page([job for _, job in items], following)


def _plan_for_these_values(session: Session) -> None:
    """Until the transaction ends. PostgreSQL counts how common a state, a project or a text is only then: a statement
    that it has seen a few times it otherwise plans for any values, and reads all texts for one that is nowhere."""
    if is_postgresql(session):
        session.execute(FOR_THESE_VALUES)


def _place(candidate: Candidate) -> Place:
    position, job = candidate
    return -position, job.id


def _place_in(cursor: str) -> Place:
    """Raises BadCursor."""
    position, job_id = decode_cursor(cursor, (JobText.position, JobText.job_id))
    if not 0 <= position <= EVERYWHERE:
        raise BadCursor
    return -position, job_id


def count_found(session: Session, wanted: str, others: Sequence[Wanted], *, most: int) -> int:
    """How many there are; counts no further than `most`. Of many, the index alone is asked, which may lag behind."""
    _plan_for_these_values(session)
    if _are_few(session, others):
        return len(list(really_found(session, _directly(session, wanted, others, None), wanted)))
    pending = _directly(session, wanted, others, _pending(session))
    fresh = [job.id for _, job in really_found(session, pending, wanted)]
    indexed = (
        _indexed(session, wanted, others, before=EVERYWHERE)
        .with_only_columns(Job.id)
        .where(Job.id.not_in(fresh))
        .limit(most)
    )
    counted = session.scalar(select(func.count()).select_from(indexed.subquery())) or 0
    return min(counted + len(fresh), most)


def _candidates(session: Session, wanted: str, others: Sequence[Wanted], last: Place) -> Iterator[Candidate]:
    """Newest first, from the place of `last` on; some twice, some in vain."""
    if _are_few(session, others):
        return iter(_directly(session, wanted, others, None))
    fresh = _directly(session, wanted, others, _pending(session))
    fresh += [(position_of(job), job) for job in session.scalars(_JOBS.where(Job.id == wanted, *dressed(others)))]
    return heapq.merge(_newest_first(fresh), _from_index(session, wanted, others, 1 - last[0]), key=_place)


def _are_few(session: Session, others: Sequence[Wanted]) -> bool:
    if not others:
        return False
    some = select(Job.id).where(*narrowed(session, others)).limit(FEW + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _newest_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=_place)


def _pending(session: Session) -> Select[str]:
    changed = select(Job.id).where(after(the_mark(session)))
    return changed.order_by(Job.updated_at.desc()).limit(PENDING)


def _directly(session: Session, wanted: str, others: Sequence[Wanted], among: Select[str] | None) -> list[Candidate]:
    """By the rows themselves; secrets are among what is looked through, so each has to be compared afterwards."""
    needle = needle_of(wanted)
    columns = [cast(one, Text) for one in (Job.payload, Job.result, Job.error)]
    said = or_(Job.id == wanted, *(_holds(one, needle) for one in columns))
    statement = _JOBS.add_columns(JobText.position).outerjoin(JobText, JobText.job_id == Job.id).where(said)
    if among is None:
        statement = statement.where(*narrowed(session, others))
    else:
        statement = statement.where(Job.id.in_(among), *dressed(others))
    rows = session.execute(statement)
    return _newest_first((position_of(job) if position is None else position, job) for job, position in rows)


def _from_index(session: Session, wanted: str, others: Sequence[Wanted], before: int) -> Iterator[Candidate]:
    """In portions that grow, since a list is mostly satisfied by the first one."""
    portion = 100
    while True:
        statement = _indexed(session, wanted, others, before=before).limit(portion)
        rows: list[Candidate] = [(position, job) for position, job in session.execute(statement)]
        yield from rows
        if len(rows) < portion:
            return
        before, portion = rows[-1][0], min(portion * 4, 2_000)


def _indexed(session: Session, wanted: str, others: Sequence[Wanted], *, before: int) -> Select[int, Job]:
    """The texts that hold it, newest first."""
    needle = needle_of(wanted)
    if not is_postgresql(session) and len(needle) >= 3:
        return _by_trigrams(needle, others, before)
    joined = _TEXTS.join_from(JobText, Job, Job.id == JobText.job_id)
    held = joined.where(*_besides(session, others), _holds(JobText.text, needle), JobText.position < before)
    if len(needle) < 3:
        held = held.where(JobText.position >= _newest())
    return held.order_by(JobText.position.desc())


def _besides(session: Session, others: Sequence[Wanted]) -> list[ColumnElement[bool]]:
    """PostgreSQL counts how common a state or a project is; SQLite would begin with its index."""
    return bare(others) if is_postgresql(session) else dressed(others)


def _newest() -> ColumnElement[int]:
    """No index knows a text this short: it is looked for among the newest alone."""
    first = select(JobText.position).order_by(JobText.position.desc()).offset(NEWEST).limit(1)
    return func.coalesce(first.scalar_subquery(), 0)


def _by_trigrams(needle: str, others: Sequence[Wanted], before: int) -> Select[int, Job]:
    """FTS5 gives them in this order by itself. Dressed columns, or SQLite would begin with an index on jobs."""
    position = FTS.c.rowid
    texts = _TEXTS.select_from(FTS).join(JobText, JobText.position == position)
    joined = texts.join(Job, Job.id == JobText.job_id).where(*dressed(others))
    matching = text("job_texts_fts MATCH :trigrams").bindparams(trigrams=_trigrams(needle))
    return joined.where(matching, position < before).order_by(position.desc())


def _holds(column: SQLColumnExpression[str], needle: str) -> ColumnElement[bool]:
    """ILIKE where there is one, since an index on trigrams serves no `lower(…)`."""
    escaped = needle.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return column.ilike(f"%{escaped}%", escape="/")


def _trigrams(needle: str) -> str:
    """A quoted one is a string to FTS5, never syntax."""
    different = dict.fromkeys(needle[start : start + 3] for start in range(len(needle) - 2))
    return " AND ".join('"{}"'.format(one.replace('"', '""')) for one in list(different)[:TRIGRAMS])
