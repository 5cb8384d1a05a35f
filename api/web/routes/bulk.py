"""One action on many jobs: those that are named, or all that a filter finds."""

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from core.db import reading
from core.errors import AppError
from core.http import Actor, problems
from core.telling import Tell
from core.text import Name
from jobs.bulk import cancel_many, run_many_now
from jobs.committer import Committer
from jobs.orders import Order
from jobs.queries import JobFilter, count_jobs, get_job, list_jobs
from jobs.schedule import DUE_LATER
from jobs.states import FINAL, OPEN, JobState
from web.routes.dispatching import WakeDispatcher
from web.routes.jobs import Commits
from web.routes.orders import order_like
from web.routes.schemas import EXAMPLE_ID

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

MOST_AT_ONCE = 500  # jobs in one request; for more, the client goes on with `next_cursor`
MOST_COUNTED = 100_000

Action = Literal["cancel", "retry", "run_now"]
APPLIES: dict[Action, frozenset[JobState]] = {"cancel": OPEN, "retry": FINAL, "run_now": DUE_LATER}


class BulkFilter(BaseModel):
    """As in GET /api/jobs."""

    model_config = ConfigDict(extra="forbid")

    state: list[JobState] = Field(default_factory=list)
    task: Name | None = None
    queue: Name | None = None
    project_id: Name | None = None
    parent_id: Name | None = None
    retry_of: Name | None = None
    q: Name | None = None


class BulkOrder(BaseModel):
    """Either `ids` or `filter`. By a filter, only jobs are touched that the action applies to."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    ids: list[Name] | None = Field(None, min_length=1, max_length=MOST_AT_ONCE, examples=[[EXAMPLE_ID]])
    filter: BulkFilter | None = None
    dry_run: bool = Field(False, description="Only counts what the filter finds.")
    cursor: Annotated[str | None, Field(max_length=1_000, description="`next_cursor` of the request before.")] = None
    key: str | None = Field(
        None,
        min_length=1,
        max_length=40,
        pattern=r"^[\w.-]+$",
        description="With the same key no job is retried twice, however often the request is sent.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "BulkOrder":
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or filter")
        return self


class BulkItem(BaseModel):
    job_id: str
    outcome: Literal["cancelled", "stopping", "retried", "due", "refused"]
    new_job_id: str | None = Field(None, description="The retry.")
    detail: str | None = Field(None, description="Why it was refused.")


class BulkOut(BaseModel):
    """`next_cursor` is null when nothing is left to do."""

    matched: int | None = Field(None, description=f"Of a dry run: how many there are, counted to {MOST_COUNTED:,}.")
    items: list[BulkItem] = Field(default_factory=list)
    next_cursor: str | None = None


@router.post("/bulk", name="act_on_many_jobs", responses=problems(422, 503))
async def act_on_many(body: BulkOrder, actor: Actor, tell: Tell, committer: Commits, wake: WakeDispatcher) -> BulkOut:
    """Cancels, retries or lets run now up to 500 jobs in a request, newest first, and says what became of each."""
    if body.dry_run:
        matched = await run_sync(_count, body)
        tell(does=body.action, dry_run=True, matched=matched, **_asked(body))
        return BulkOut(matched=matched)
    chosen, cursor = await run_sync(_chosen, body)
    tell(does=body.action, jobs=chosen, **_asked(body))
    if body.action == "cancel":
        items = await run_sync(_cancel, chosen, actor)
    elif body.action == "run_now":
        items = await run_sync(_run_now, chosen, actor)
        wake()
    else:
        items = await _retry(chosen, actor, body.key, committer)
    tell(outcomes=dict(Counter(item.outcome for item in items)))
    return BulkOut(items=items, next_cursor=cursor)


def _asked(body: BulkOrder) -> dict[str, Any]:
    """For the audit log: by what the jobs were chosen, unless they were named."""
    return {} if body.filter is None else {"filter": body.filter.model_dump(mode="json", exclude_defaults=True)}


def _filter(body: BulkOrder) -> JobFilter:
    """Narrowed to the states that the action applies to."""
    asked = body.filter or BulkFilter()
    states = [state for state in asked.state or JobState if state in APPLIES[body.action]]
    return JobFilter(states=states, **asked.model_dump(exclude={"state"}))


def _count(body: BulkOrder) -> int:
    if body.ids is not None:
        return len(set(body.ids))
    wanted = _filter(body)
    if not wanted.states:
        return 0
    with reading() as session:
        return count_jobs(session, wanted, most=MOST_COUNTED)


def _chosen(body: BulkOrder) -> tuple[list[str], str | None]:
    """Raises BadCursor."""
    if body.ids is not None:
        return list(dict.fromkeys(body.ids)), None
    wanted = _filter(body)
    if not wanted.states:
        return [], None
    with reading() as session:
        page = list_jobs(session, wanted, cursor=body.cursor, limit=MOST_AT_ONCE)
        return [job.id for job in page.items], page.next_cursor


def _cancel(chosen: list[str], actor: str) -> list[BulkItem]:
    answers = cancel_many(chosen, by=actor)
    return [_cancelled(job_id, answers[job_id]) for job_id in chosen]


def _cancelled(job_id: str, answer: JobState | AppError) -> BulkItem:
    if isinstance(answer, AppError):
        return BulkItem(job_id=job_id, outcome="refused", detail=answer.message)
    return BulkItem(job_id=job_id, outcome="cancelled" if answer is JobState.CANCELLED else "stopping")


def _run_now(chosen: list[str], actor: str) -> list[BulkItem]:
    answers = run_many_now(chosen, by=actor)
    return [_due(job_id, answers[job_id]) for job_id in chosen]


def _due(job_id: str, answer: JobState | AppError) -> BulkItem:
    if isinstance(answer, AppError):
        return BulkItem(job_id=job_id, outcome="refused", detail=answer.message)
    return BulkItem(job_id=job_id, outcome="due")


async def _retry(chosen: list[str], by: str, key: str | None, committer: Committer) -> list[BulkItem]:
    """All in one transaction; when one of them is refused there, each gets one of its own."""
    answers = await run_sync(_orders, chosen, by, key)
    orders = {job_id: order for job_id, order in answers.items() if isinstance(order, Order)}
    try:
        made = await committer.submit(list(orders.values())) if orders else []
        retried = {job_id: one.job_id for job_id, one in zip(orders, made, strict=True)}
    except AppError:
        retried = await _one_by_one(orders, answers, committer)
    return [_retried(job_id, answers[job_id], retried) for job_id in chosen]


async def _one_by_one(
    orders: dict[str, Order], answers: dict[str, Order | AppError], committer: Committer
) -> dict[str, str]:
    """Raises nothing: a refusal takes the order's place in `answers`."""
    retried: dict[str, str] = {}
    for job_id, order in orders.items():
        try:
            [made] = await committer.submit([order])
            retried[job_id] = made.job_id
        except AppError as error:
            answers[job_id] = error
    return retried


def _retried(job_id: str, answer: Order | AppError, retried: dict[str, str]) -> BulkItem:
    if isinstance(answer, AppError):
        return BulkItem(job_id=job_id, outcome="refused", detail=answer.message)
    return BulkItem(job_id=job_id, outcome="retried", new_job_id=retried[job_id])


def _orders(chosen: list[str], by: str, key: str | None) -> dict[str, Order | AppError]:
    with reading() as session:
        return {job_id: _order(session, job_id, by, key) for job_id in chosen}


def _order(session: Session, job_id: str, by: str, key: str | None) -> Order | AppError:
    try:
        order = order_like(get_job(session, job_id), by)
    except AppError as error:
        return error
    return replace(order, idempotency_key=f"{key}:{job_id}" if key else None)
