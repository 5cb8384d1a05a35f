"""Parts of Celery's canvas that never run because a part before them did not succeed.

They are on record as cancelled: whoever waits for one hears of it, and a chord around it does not wait for ever. Celery
itself tells of a task that failed in its worker, and of no other ending.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.contracts import Contract, catalog
from core.db import is_postgresql
from jobs.follow_up import EndedJob, follow_up_ended
from jobs.models import Job
from jobs.orders import Order, unstarted
from jobs.states import ErrorKind, JobState


def after(session: Session, ended: Sequence[EndedJob]) -> Sequence[Order]:
    """A follower of endings, which submits nothing: the rest of the chains that the jobs were parts of. Our own
    workflows, of which thousands of jobs may end at once, are no canvas."""
    stopped = [one.id for one in ended if one.state is not JobState.SUCCEEDED and one.workflow_id is None]
    if stopped:
        found = select(Job.canvas, Job.error).where(Job.id.in_(stopped), Job.canvas.is_not(None))
        for row in session.execute(found).all():
            why = row.error["message"] if row.error else "a part before it was cancelled"
            record(session, row.canvas.get("chain"), why)
    return ()


def record(session: Session, signature: Any, why: object) -> None:
    """All parts of it. Nothing happens to a job that is there, and Celery's own tasks are no jobs."""
    parts = [(task_id, catalog.find(task)) for task_id, task in _parts(signature)]
    of_ours = [(task_id, contract) for task_id, contract in parts if contract is not None]
    follow_up_ended(session, [task_id for task_id, contract in of_ours if _insert(session, contract, task_id, why)])


def _parts(signature: Any) -> Iterator[tuple[str, str]]:
    """Id and task of each that would be a job. Celery's signatures are dictionaries, whether or not they were JSON."""
    if isinstance(signature, list | tuple):
        for one in signature:
            yield from _parts(one)
    elif isinstance(signature, Mapping):
        within, options = signature.get("kwargs") or {}, signature.get("options") or {}
        if signature.get("subtask_type") == "chord":
            yield from _parts(within.get("body"))
        elif signature.get("subtask_type") in ("chain", "group"):
            yield from _parts(within.get("tasks"))
        elif isinstance(task := signature.get("task"), str) and isinstance(task_id := options.get("task_id"), str):
            yield task_id, task


def _insert(session: Session, contract: Contract, task_id: str, why: object) -> bool:
    """Whether the id was new."""
    now = clock.now()
    told = {"class_name": "NotRun", "message": _presentable(contract, why), "kind": ErrorKind.PERMANENT}
    ended = {"state": JobState.CANCELLED, "published_at": now, "ended_at": now, "error": told}
    row = unstarted(contract, task_id, now) | ended | {"payload": {}, "payload_hash": "", "canvas": {}}
    statement = (postgresql if is_postgresql(session) else sqlite).insert(Job).values(**row)
    return session.scalar(statement.on_conflict_do_nothing(index_elements=["id"]).returning(Job.id)) is not None


def _presentable(contract: Contract, why: object) -> str:
    """What went wrong may quote what this task must not tell."""
    if contract.has_secrets:
        return "It was not run: a part before it did not succeed."
    return f"It was not run: {why}"[:2_000]
