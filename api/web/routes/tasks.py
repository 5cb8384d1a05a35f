"""What can be submitted, and the short form of a job's state that the documents promise."""

from typing import Any

from fastapi import APIRouter

from core.contracts import catalog
from core.http import Listing, Read, problems
from jobs.models import Job
from jobs.queries import get_job
from jobs.states import JobState
from web.routes.schemas import TaskOut, TaskStatus
from web.routes.secrecy import SeesSecrets

router = APIRouter(tags=["tasks"])


@router.get("/api/tasks")
def list_tasks() -> Listing[TaskOut]:
    """Every task with its queue and the JSON Schema of its payload; all of them on one page."""
    return Listing(
        items=[
            TaskOut(name=one.name, queue=one.queue.value, payload_schema=one.payload.model_json_schema())
            for one in catalog.all()
        ]
    )


@router.get("/task-status/{task_id}", responses=problems(404))
def get_task_status(task_id: str, session: Read, secrets: SeesSecrets) -> TaskStatus:
    """`status` is PENDING, STARTED, RETRY, SUCCESS, FAILURE or REVOKED. An unknown id is 404, not PENDING."""
    job = get_job(session, task_id)
    return TaskStatus(task_id=job.id, status=job.status.celery_name, result=_result(job, secrets))


def _result(job: Job, secrets: bool) -> Any:
    if job.status is JobState.FAILED:
        return (job.error or {}).get("message")
    return job.result if secrets else catalog.hide_result(job.task, job.result).value
