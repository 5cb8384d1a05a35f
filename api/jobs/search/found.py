"""Whether what an index or a database found is there, by what the job says now and what its contract hides now.

Any of a few hundred candidates may hold 16 MiB twice. What is short is read of many at once; what is long of one job
at a time, and let go with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.listed import Values, values_of
from jobs.models import Job
from jobs.search.texts import needle_of, text_of

AT_ONCE = 200  # jobs
_WHOLE = select(Job.task, Job.payload, Job.result, Job.error)

Candidate = tuple[int, Job]


def really_found(
    session: Session, candidates: Iterable[Candidate], wanted: str, *, at_once: int = AT_ONCE
) -> Iterator[Candidate]:
    """In their order, without those that were deleted meanwhile. The jobs may come without payload and result."""
    following = iter(candidates)
    while some := list(islice(following, at_once)):
        values = values_of(session, [job.id for _, job in some])
        for position, job in some:
            if job.id in values and _is_found(session, job, values[job.id], wanted):
                yield position, job


def _is_found(session: Session, job: Job, values: Values, wanted: str) -> bool:
    if job.id == wanted:
        return True
    if not values.omitted:
        return _says(_Shown(task=job.task, payload=values.payload, result=values.result, error=job.error), wanted)
    row = session.execute(_WHOLE.where(Job.id == job.id)).one_or_none()
    return row is not None and _says(_Shown(**row._mapping), wanted)


def _says(shown: "_Shown", wanted: str) -> bool:
    return needle_of(wanted).lower() in text_of(shown).lower()


@dataclass
class _Shown:
    """What a job says."""

    task: str
    payload: Any
    result: Any
    error: Any
