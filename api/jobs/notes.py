"""Notes on a job's way that its row and attempts do not hold."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core import clock, ids
from jobs.models import JobNote


def note(
    session: Session,
    job_id: str,
    kind: str,
    *,
    attempt: int | None = None,
    message: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    row = {"id": ids.new_id(), "job_id": job_id, "at": clock.now(), "kind": kind, "attempt": attempt}
    session.execute(insert(JobNote).values(**row, message=message, data=data))
