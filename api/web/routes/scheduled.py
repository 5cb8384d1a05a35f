"""What is due later, in one list, and letting a job of it run now."""

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Query

from core.http import Actor, Cursor, Limit, Listing, Read, Write, problems
from core.telling import Tell
from jobs.events import announce
from jobs.models import Job
from jobs.queries import get_job
from jobs.schedule import ScheduleFilter, list_scheduled, run_now
from jobs.states import JobState
from web.routes.dispatching import WakeDispatcher
from web.routes.job_lists import listing_of
from web.routes.schemas import JobOut
from web.routes.secrecy import SeesSecrets

router = APIRouter(prefix="/api", tags=["jobs"])

Later = Literal[JobState.SCHEDULED, JobState.RETRYING]


def schedule_filter(
    state: Annotated[list[Later] | None, Query(description="May be repeated.")] = None,
    task: Annotated[str | None, Query(max_length=200)] = None,
    queue: Annotated[str | None, Query(max_length=100)] = None,
    project_id: Annotated[str | None, Query(max_length=200)] = None,
) -> ScheduleFilter:
    return ScheduleFilter(states=state or (), task=task, queue=queue, project_id=project_id)


@router.get("/scheduled", name="list_scheduled", responses=problems(422))
def get_scheduled(
    session: Read,
    wanted: Annotated[ScheduleFilter, Depends(schedule_filter)],
    secrets: SeesSecrets,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[JobOut]:
    """Jobs that are scheduled or wait for another try (`error` says why): what is due first comes first."""
    return listing_of(session, list_scheduled(session, wanted, cursor=cursor, limit=limit), secrets=secrets)


@router.post("/jobs/{job_id}/run-now", name="run_job_now", status_code=202, responses=problems(404, 409))
def run_job_now(
    job_id: str,
    session: Write,
    actor: Actor,
    tell: Tell,
    secrets: SeesSecrets,
    wake: WakeDispatcher,
    later: BackgroundTasks,
) -> JobOut:
    """A job that is scheduled or waits for another try becomes due; whatever else it does, 409."""
    run_now(session, job_id, by=actor)
    job = get_job(session, job_id)
    tell(task=job.task)
    later.add_task(wake)
    later.add_task(_tell, job)
    return JobOut.of(job, secrets=secrets)


def _tell(job: Job) -> None:
    fields = {name: getattr(job, name) for name in ("state", "task", "queue", "project_id", "attempt")}
    announce("job-state", job_id=job.id, **fields)
