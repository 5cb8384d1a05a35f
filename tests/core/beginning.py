"""A prepared write as the engine has them: a job that waits begins, and its attempt is written with it."""

from sqlalchemy import FromClause, Insert, bindparam, insert, literal, select, update

from core import ids
from core.db import table_of
from core.prepared import PreparedWrite
from jobs.models import Attempt, Job
from jobs.states import JobState

jobs, attempts = table_of(Job), table_of(Attempt)
COLUMNS = ("job_id", "number", "claim_id", "worker", "started_at")


def attempt_of(updated: FromClause) -> Insert:
    found = (updated.c.id, literal(1), bindparam("claim"), literal("worker"), updated.c.created_at)
    return insert(attempts).from_select(COLUMNS, select(*found).where(updated.c.id == bindparam("job_id")))


RUN = PreparedWrite(
    update(jobs)
    .where(jobs.c.id == bindparam("job_id"), jobs.c.state == JobState.QUEUED)
    .values(state=JobState.RUNNING, result=bindparam("found"))
    .returning(jobs.c.id, jobs.c.payload, jobs.c.continues, jobs.c.result, jobs.c.created_at),
    then=attempt_of,
)


def run(job_id: str, claim: str | None = None, **values: object) -> object:
    return RUN.run({"job_id": job_id, "claim": claim or ids.new_id(), "found": None, **values})
