"""Parts of Celery's canvas that never run because a part before them did not succeed.

They are on record as cancelled: whoever waits for one hears of it, and a chord around it does not wait for ever. Celery
itself tells of a task that failed in its worker, and of no other ending.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.contracts import Contract, catalog
from core.db import is_postgresql
from core.portions import ROWS_PER_STATEMENT, portions
from core.text import clean
from jobs.canvas import LONGEST_ID
from jobs.follow_up import EndedJob, follow_up_ended
from jobs.models import Job
from jobs.orders import Order, unstarted
from jobs.states import ErrorKind, JobState

Part = tuple[str, str]  # id and task


def after(session: Session, ended: Sequence[EndedJob]) -> Sequence[Order]:
    """A follower of endings, which submits nothing: the rest of the chains that the jobs were parts of. Our own
    workflows, of which thousands of jobs may end at once, are no canvas."""
    stopped = [one.id for one in ended if one.state is not JobState.SUCCEEDED and one.workflow_id is None]
    if stopped:
        found = select(Job.canvas, Job.error).where(Job.id.in_(stopped), Job.canvas.is_not(None))
        for row in session.execute(found).all():
            why = row.error["message"] if row.error else "a part before it was cancelled"
            record(session, parts_of(row.canvas.get("chain")), why)
    return ()


def record(session: Session, parts: Iterable[Part], why: object) -> None:
    """Nothing happens to a job that is there. Celery's own tasks are no jobs, and some ids are none of any job."""
    known = {task_id: catalog.find(task) for task_id, task in parts if _may_be_an_id(task_id)}
    rows = [_row(contract, task_id, why) for task_id, contract in sorted(known.items()) if contract is not None]
    for some in portions(rows, ROWS_PER_STATEMENT):
        follow_up_ended(session, _insert(session, some))


def parts_of(signature: Any) -> Iterator[Part]:
    """Of each that would be a job. Celery's signatures are dictionaries, whether or not they were JSON; who sends one
    may nest them as deep as a message is long, and what is no signature is passed over."""
    waiting = [signature]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting.extend(one)
        elif isinstance(one, Mapping):
            within, options = _mapping(one.get("kwargs")), _mapping(one.get("options"))
            if one.get("subtask_type") == "chord":
                waiting.append(within.get("body"))
            elif one.get("subtask_type") in ("chain", "group"):
                waiting.append(within.get("tasks"))
            elif isinstance(task := one.get("task"), str) and isinstance(task_id := options.get("task_id"), str):
                yield task_id, task


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _may_be_an_id(task_id: str) -> bool:
    return 0 < len(task_id) <= LONGEST_ID and clean(task_id) == task_id


def _row(contract: Contract, task_id: str, why: object) -> dict[str, Any]:
    now = clock.now()
    told = {"class_name": "NotRun", "message": _presentable(contract, why), "kind": ErrorKind.PERMANENT}
    ended = {"state": JobState.CANCELLED, "published_at": now, "ended_at": now, "error": told}
    return unstarted(contract, task_id, now) | ended | {"payload": {}, "payload_hash": "", "canvas": {}}


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> list[str]:
    """The ids that were new."""
    statement = (postgresql if is_postgresql(session) else sqlite).insert(Job).values(rows)
    return list(session.scalars(statement.on_conflict_do_nothing(index_elements=["id"]).returning(Job.id)))


def _presentable(contract: Contract, why: object) -> str:
    """What went wrong may quote what this task must not tell."""
    if contract.has_secrets:
        return "It was not run: a part before it did not succeed."
    return f"It was not run: {why}"[:2_000]
