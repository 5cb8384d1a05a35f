"""Parts of Celery's canvas that never run because a part before them failed.

They are on record as cancelled: whoever waits for one hears of it, and a chord around it does not wait for ever.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from celery import chord
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.contracts import Contract, catalog
from core.db import is_postgresql, writing
from core.patience import until_through
from jobs.follow_up import follow_up_of
from jobs.models import Job
from jobs.orders import unstarted
from jobs.states import ErrorKind, JobState

PATIENCE = 30.0  # seconds of database trouble


def record_all(signature: Any, error: object) -> None:
    """Every part of a chord's body; each has its id already."""
    for part in _parts(signature):
        record(part.id, part.task, error)


def record(task_id: str | None, task: Any, error: object) -> None:
    """Nothing happens when the job is there. Celery's own tasks are no jobs."""
    contract = catalog.find(task) if isinstance(task, str) else None
    if contract is not None and task_id is not None:
        until_through(partial(_insert, contract, task_id, error), what="a part that is not run", patience=PATIENCE)


def _parts(signature: Any) -> Iterator[Any]:
    if isinstance(signature, chord):
        yield from _parts(signature.body)
    elif inner := getattr(signature, "tasks", None):
        for one in inner:
            yield from _parts(one)
    else:
        yield signature


def _insert(contract: Contract, task_id: str, error: object) -> None:
    with writing() as session:
        if _inserted(session, contract, task_id, error):
            follow_up_of(session, task_id)


def _inserted(session: Session, contract: Contract, task_id: str, error: object) -> bool:
    now = clock.now()
    told = {"class_name": "NotRun", "message": _why(contract, error), "kind": ErrorKind.PERMANENT}
    ended = {"state": JobState.CANCELLED, "published_at": now, "ended_at": now, "error": told}
    row = unstarted(contract, task_id, now) | ended | {"payload": {}, "payload_hash": "", "canvas": {}}
    statement = (postgresql if is_postgresql(session) else sqlite).insert(Job).values(**row)
    return session.scalar(statement.on_conflict_do_nothing(index_elements=["id"]).returning(Job.id)) is not None


def _why(contract: Contract, error: object) -> str:
    """What went wrong may quote what this task must not tell."""
    if contract.has_secrets:
        return "It was not run: a part before it did not succeed."
    return f"It was not run: {error}"[:2_000]
