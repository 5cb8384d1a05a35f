"""Rows as some history has left them, written straight into the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event, insert, text

from core import clock, ids
from core.db import writing
from core.engine import get_engine
from jobs.models import Attempt, Job
from jobs.states import FINAL, JobState

ERROR = {"class_name": "ProviderBusy", "message": "try later", "kind": "transient"}


def make_job(state: str = "queued", *, at: datetime | None = None, took: float = 1.0, **values: Any) -> str:
    """A job that came into `state` at `at`, if that is an end after running for `took` seconds; answers its id."""
    [job_id] = make_jobs(1, state, at=at, took=took, **values)
    return job_id


def make_jobs(number: int, state: str, *, at: datetime | None = None, took: float = 1.0, **values: Any) -> list[str]:
    rows = [_row(JobState(state), at or clock.now(), took) | values for _ in range(number)]
    with writing() as session:
        session.execute(insert(Job), rows)
    return [row["id"] for row in rows]


def _row(state: JobState, at: datetime, took: float) -> dict[str, Any]:
    final = state in FINAL
    begun = at - timedelta(seconds=took) if final else at
    return {
        "id": ids.new_id(),
        "task": "ping",
        "queue": "default",
        "state": state.value,
        "payload": {},
        "payload_hash": "",
        "dispatch": 1,
        "attempt": 1 if final else 0,
        "lost": 0,
        "retries": 0,
        "error": ERROR if state is JobState.FAILED else None,
        "created_at": begun,
        "queued_at": begun,
        "updated_at": at,
        "started_at": begun if final or state is JobState.RUNNING else None,
        "ended_at": at if final else None,
    }


def make_attempt(job_id: str, worker: str, *, ended_at: datetime | None = None) -> None:
    with writing() as session:
        row = {"job_id": job_id, "number": 1, "claim_id": ids.new_id(), "worker": worker}
        session.execute(insert(Attempt).values(**row, started_at=clock.now(), ended_at=ended_at))


def analyse() -> None:
    """Tells the planner what is there: without it, one that has seen other rows before may choose by those."""
    with get_engine().execution_options(writing=True).begin() as connection:
        connection.execute(text("ANALYZE"))


@contextmanager
def plans() -> Iterator[list[str]]:
    """The lines that tell how the database goes about what is read meanwhile. PostgreSQL is made to prefer its indexes
    to reading tables that are still tiny."""
    lines: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        sqlite = connection.dialect.name == "sqlite"
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", parameters)
        lines.extend(str(line[-1]) for line in cursor.fetchall())

    engine = get_engine()
    event.listen(engine, "before_cursor_execute", explain)
    yield lines
    event.remove(engine, "before_cursor_execute", explain)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is told meanwhile."""
    told: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_: object) -> None:
        told.append(statement)

    engine = get_engine()
    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)
