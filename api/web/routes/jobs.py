"""Jobs: submit, look, cancel, run again."""

from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, BackgroundTasks, Depends, Query, Request, Response

from capabilities.llm.calls import calls_of
from core.http import Actor, Cursor, Limit, Listing, Read, Write, actor_name, problems
from core.telling import Tell, telling_of
from jobs.cancel import cancel
from jobs.committer import Committer
from jobs.events import announce
from jobs.models import Job
from jobs.queries import JobFilter, attempts_of, get_job, list_jobs, timeline_of
from jobs.states import JobState
from jobs.submit import Submitted
from web.routes.job_lists import listing_of
from web.routes.orders import order_again, order_of, orders_of
from web.routes.schemas import (
    Accepted,
    AcceptedBatch,
    AttemptOut,
    BatchOrder,
    CallOut,
    HappeningOut,
    JobOrder,
    JobOut,
    RetryOrder,
)
from web.routes.secrecy import SeesSecrets
from web.routes.straight import Straight, answer
from web.routes.waiting import read_job, wait_for_end

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

REFUSALS = problems(404, 409, 413, 422, 503)


async def committer_of(request: Request) -> Committer:
    committer: Committer = request.app.state.committer
    return committer


Commits = Annotated[Committer, Depends(committer_of)]


def _accepted(made: Submitted) -> dict[str, str]:
    """As `Accepted` says."""
    return {"job_id": made.job_id, "state": made.state}


def _place(job_id: str) -> str:
    return f"/api/jobs/{job_id}"


async def submit_job(body: JobOrder, request: Request) -> Response:
    """Answers when the job is on disk; it runs even if the broker is away at this moment."""
    committer = await committer_of(request)
    [made] = await committer.submit([order_of(body, by=await actor_name(request))])
    (await telling_of(request))(target=made.job_id, task=body.task)
    return answer(202, _accepted(made), Location=_place(made.job_id))


async def submit_batch(body: BatchOrder, request: Request) -> Response:
    """Up to 10,000 jobs: all of them or none. A refusal names the one at fault by its index."""
    committer = await committer_of(request)
    orders = await run_sync(orders_of, body.jobs, await actor_name(request))
    tasks = sorted({order.contract.name for order in orders})
    (await telling_of(request))(jobs=len(orders), tasks=tasks)
    made = await committer.submit(orders)
    return answer(202, {"items": [_accepted(one) for one in made]})


SUBMITS: dict[str, Any] = {"status_code": 202, "responses": REFUSALS, "methods": ["POST"]}
router.add_api_route("", submit_job, response_model=Accepted, **SUBMITS)
router.add_api_route("/batch", submit_batch, response_model=AcceptedBatch, **SUBMITS)
STRAIGHT = {"/api/jobs": Straight(JobOrder, submit_job), "/api/jobs/batch": Straight(BatchOrder, submit_batch)}


def job_filter(
    state: Annotated[list[JobState] | None, Query(description="May be repeated.")] = None,
    task: Annotated[str | None, Query(max_length=200)] = None,
    queue: Annotated[str | None, Query(max_length=100)] = None,
    project_id: Annotated[str | None, Query(max_length=200)] = None,
    parent_id: Annotated[str | None, Query(max_length=155, description="The job that submitted them.")] = None,
    retry_of: Annotated[str | None, Query(max_length=155, description="The job that they are retries of.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Text in payload, result or error; or an id.")] = None,
) -> JobFilter:
    links = {"parent_id": parent_id, "retry_of": retry_of}
    equal = {"task": task, "queue": queue, "project_id": project_id, **links}
    return JobFilter(states=state or (), **equal, q=q)


@router.get("", name="list_jobs", responses=problems(422))
def get_jobs(
    session: Read,
    wanted: Annotated[JobFilter, Depends(job_filter)],
    secrets: SeesSecrets,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[JobOut]:
    """Newest first. What is too long for a list is left out, and named in `omitted`."""
    return listing_of(session, list_jobs(session, wanted, cursor=cursor, limit=limit), secrets=secrets)


@router.get("/{job_id}", name="get_job", responses=problems(404))
async def get_one_job(
    job_id: str,
    request: Request,
    secrets: SeesSecrets,
    wait: Annotated[float, Query(ge=0, le=60, description="Seconds to wait for the job's end.")] = 0,
) -> JobOut:
    """With `wait`, answers as the job ends; at once when it has ended already."""
    if wait:
        return await wait_for_end(request, job_id, wait, secrets=secrets)
    return await run_sync(partial(read_job, job_id, secrets=secrets))


@router.get("/{job_id}/events", name="list_job_events", responses=problems(404))
def get_events(job_id: str, session: Read) -> Listing[HappeningOut]:
    """The timeline, oldest first, on one page."""
    return Listing(items=[HappeningOut.model_validate(one) for one in timeline_of(session, job_id)])


@router.get("/{job_id}/attempts", name="list_job_attempts", responses=problems(404))
def get_attempts(job_id: str, session: Read) -> Listing[AttemptOut]:
    """Every try, in order, on one page."""
    return Listing(items=[AttemptOut.model_validate(one) for one in attempts_of(session, job_id)])


@router.get("/{job_id}/calls", name="list_job_calls", responses=problems(404))
def get_calls(job_id: str, session: Read) -> Listing[CallOut]:
    """The model calls of all attempts, in order, on one page."""
    get_job(session, job_id)
    return Listing(items=[CallOut.model_validate(one) for one in calls_of(session, job_id)])


@router.post("/{job_id}/cancel", status_code=202, responses=problems(404, 409))
def cancel_job(
    job_id: str, session: Write, actor: Actor, tell: Tell, secrets: SeesSecrets, later: BackgroundTasks
) -> JobOut:
    """A job that nobody works on ends now; a running one at its next checkpoint. Its children likewise."""
    cancel(session, job_id, by=actor)
    job = get_job(session, job_id)
    tell(task=job.task, state=job.state)
    later.add_task(_tell, job)
    return JobOut.of(job, secrets=secrets)


@router.post("/{job_id}/retry", status_code=202, responses=REFUSALS)
async def retry_job(
    job_id: str, response: Response, committer: Commits, actor: Actor, tell: Tell, body: RetryOrder | None = None
) -> Accepted:
    """A new job with `retry_of` and the same payload, or the one that is sent; only when the old one has ended."""
    order = await run_sync(order_again, job_id, actor, body.payload if body else None)
    [made] = await committer.submit([order])
    tell(new_job=made.job_id)
    response.headers["Location"] = _place(made.job_id)
    return Accepted.model_validate(_accepted(made))


def _tell(job: Job) -> None:
    fields = {name: getattr(job, name) for name in ("state", "task", "queue", "project_id", "attempt")}
    announce("job-state", job_id=job.id, **fields)
