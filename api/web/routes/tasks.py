"""What can be submitted, and the short form of a job's state that the documents promise."""

from typing import Any

from fastapi import APIRouter

from core.contracts import Contract, catalog
from core.http import Listing, Read, Write, problems
from core.telling import Tell
from jobs.models import Job
from jobs.queries import get_job
from jobs.queues.control import limit_task, task_limits
from jobs.queues.settings import limit_in_force
from jobs.states import JobState
from web.routes.schemas import TaskChange, TaskOut, TaskStatus
from web.routes.secrecy import SeesSecrets

router = APIRouter(tags=["tasks"])


@router.get("/api/tasks")
def list_tasks(session: Read) -> Listing[TaskOut]:
    """Every task with its queue and the JSON Schema of its payload; all of them on one page."""
    stored = task_limits(session)
    return Listing(items=[_shown(one, stored.get(one.name)) for one in catalog.all()])


@router.get("/api/tasks/{task}", responses=problems(404))
def get_task(task: str, session: Read) -> TaskOut:
    return _shown(catalog.get(task), task_limits(session).get(task))


@router.patch("/api/tasks/{task}", responses=problems(404, 422))
def change_task(task: str, body: TaskChange, session: Write, tell: Tell) -> TaskOut:
    """Sets how many of its jobs may be dispatched in a time, on all queues and workers together."""
    was = task_limits(session).get(task)
    now = limit_task(session, task, body.rate_limit).rate_limit
    tell(was=was, now=now)
    return _shown(catalog.get(task), now)


def _shown(contract: Contract, stored: str | None) -> TaskOut:
    return TaskOut(
        name=contract.name,
        queue=contract.queue.value,
        payload_schema=contract.payload.model_json_schema(),
        rate_limit=limit_in_force(contract, stored),
        declared_rate_limit=contract.rate_limit,
        rate_limit_override=stored,
    )


@router.get("/task-status/{task_id}", responses=problems(404))
def get_task_status(task_id: str, session: Read, secrets: SeesSecrets) -> TaskStatus:
    """`status` is PENDING, STARTED, RETRY, SUCCESS, FAILURE or REVOKED. An unknown id is 404, not PENDING."""
    job = get_job(session, task_id)
    return TaskStatus(
        task_id=job.id,
        status=job.status.celery_name,
        result=_result(job, secrets),
        result_expired=job.result_expired_at is not None,
    )


def _result(job: Job, secrets: bool) -> Any:
    if job.status is JobState.FAILED:
        return (job.error or {}).get("message")
    return job.result if secrets else catalog.hide_result(job.task, job.result).value
