"""What the overview and the pages of queues and workers show."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.http import Listing
from jobs.queues.settings import QueueState
from jobs.throughput import Window
from jobs.workers.orders import OrderKind, OrderOutcome
from jobs.workers.queries import WorkerState, WorkerView
from web.routes.schemas import EXAMPLE_ID, HeldOut, JobErrorOut, ProgressOut


class FromAttributes(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class StepOut(FromAttributes):
    """How many jobs ended from `at` on, for `step_seconds`."""

    at: datetime
    succeeded: int
    failed: int
    cancelled: int


class ThroughputOut(BaseModel):
    """Oldest first; the last step still goes on."""

    window: Window
    step_seconds: int = Field(examples=[60])
    steps: list[StepOut]


class TaskTimesOut(FromAttributes):
    """Over the newest 5,000 jobs of each ending in the window; run times are those of jobs that succeeded."""

    task: str = Field(examples=["ping"])
    succeeded: int
    failed: int
    p50_ms: float | None
    p95_ms: float | None


class FailureOut(FromAttributes):
    id: str = Field(examples=[EXAMPLE_ID])
    task: str = Field(examples=["ping"])
    queue: str = Field(examples=["default"])
    project_id: str | None
    attempt: int
    error: JobErrorOut | None
    ended_at: datetime


class BrokerOut(FromAttributes):
    state: Literal["up", "away", "not set"]
    reason: str | None = Field(description="One sentence, unless it is up.")


class QueueOut(BaseModel):
    """Jobs are counted by their rows; `messages` and `consumers` are the broker's word, null when it is away."""

    name: str = Field(examples=["default"])
    holds: Literal["jobs", "dead letters"]
    tasks: list[str] = Field(description="What is sent here.")
    queued: int
    scheduled: int
    retrying: int
    running: int
    oldest_queued_at: datetime | None = Field(description="Since when the longest waiting job could have been taken.")
    submitted_per_minute: float = Field(description="Over the last five minutes.")
    ended_per_minute: float = Field(description="Over the last five minutes.")
    messages: int | None = Field(description="Those that no consumer holds.")
    consumers: int | None
    workers: list[str] = Field(description="The living workers that listen to it.")
    unattended: bool = Field(description="Jobs wait, and no worker listens.")
    state: QueueState = Field(description="`draining`: what was dispatched is finished, and then it is paused.")
    paused_by: str | None
    paused_at: datetime | None
    reason: str | None = Field(description="Why it is paused, if anybody said so.")
    concurrency_limit: int | None = Field(description="How many of its jobs may be dispatched or run at once.")
    rate_limit: str | None = Field(description="How many may be dispatched in a time.", examples=["10/m"])
    in_flight: int = Field(description="Jobs that are with the broker or a worker.")
    held: HeldOut | None = Field(description="What keeps its next job from being dispatched.")
    held_jobs: int = Field(description="How many wait for that.")


class QueuesOut(BaseModel):
    """All of them, in one answer."""

    items: list[QueueOut]
    broker: BrokerOut


class QueueDetailOut(BaseModel):
    queue: QueueOut
    broker: BrokerOut
    throughput: ThroughputOut
    tasks: list[TaskTimesOut]
    failures: list[FailureOut]


class VitalsOut(BaseModel):
    """As the worker told last; every ten seconds it does."""

    memory_bytes: int = Field(description="Of all its processes; what they share is counted in each.")
    processes: int = Field(description="The main process and its children.")
    cpu_percent: float = Field(description="Over the last ten seconds; 100 is one core.")
    clock_ahead_s: float = Field(description="How far its clock is ahead of the database's.")


class WorkerOut(BaseModel):
    """One start of a worker."""

    id: str
    name: str = Field(examples=["agents@host"])
    state: WorkerState
    host: str
    pid: int
    pool: str | None = Field(examples=["prefork"])
    concurrency: int | None
    queues: list[str]
    versions: dict[str, str] | None = Field(examples=[{"slipway": "0.1.0", "celery": "5.7.0", "python": "3.12.3"}])
    vitals: VitalsOut | None = Field(description="Null until it has told them.")
    quiet_since: datetime | None = Field(description="It was asked to take no more jobs, and takes none.")
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    running: int
    done_last_hour: int = Field(description="Attempts that ended within an hour on workers of this name.")
    starts: int = Field(description="How often a worker of this name started within a day.")

    @classmethod
    def of(cls, view: WorkerView) -> "WorkerOut":
        own = {name: getattr(view, name) for name in ("state", "host", "running", "done_last_hour", "starts")}
        return cls(**{name: getattr(view.worker, name) for name in cls.model_fields if name not in own}, **own)


class RunningOut(FromAttributes):
    id: str = Field(examples=[EXAMPLE_ID])
    task: str = Field(examples=["ping"])
    queue: str = Field(examples=["default"])
    project_id: str | None
    attempt: int
    progress: ProgressOut | None
    started_at: datetime


class WorkerOrderOut(FromAttributes):
    """What somebody asked this start of a worker to do."""

    id: str
    worker_id: str
    kind: OrderKind
    count: int | None = Field(description="How many processes, for grow and shrink.")
    asked_by: str
    asked_at: datetime
    taken_at: datetime | None = Field(description="When the worker read it.")
    done_at: datetime | None
    outcome: OrderOutcome | None = Field(description="Null while it waits or is carried out.")
    result: str | None = Field(examples=["It has 3 processes now."])


class WorkerDetailOut(BaseModel):
    worker: WorkerOut
    running: list[RunningOut]
    orders: list[WorkerOrderOut] = Field(description="The newest first, 20 at most.")
    history: list[WorkerOut] = Field(description="Every start under this name, newest first, 50 at most.")


class WorkersSummary(BaseModel):
    alive: int
    slots: int = Field(description="Jobs that they can run at once, as far as they have said.")
    busy: int = Field(description="Jobs that run now.")
    lost: int = Field(description="Names lost within a day that have not come back.")


class SpendOut(FromAttributes):
    cost_micro_usd: int | None = Field(description="Of the calls whose price is known; null when there is none.")
    calls: int
    unpriced_calls: int


class SpendSinceOut(FromAttributes):
    """Of one day in UTC. Simulated calls cost nobody anything and are kept apart."""

    since: datetime
    real: SpendOut
    simulated: SpendOut


class OverviewOut(BaseModel):
    open: dict[str, int] = Field(description="Jobs in each state that is not final.", examples=[{"queued": 3}])
    ever: bool = Field(description="False in an installation where no job was ever submitted.")
    throughput: ThroughputOut
    queues: list[QueueOut]
    broker: BrokerOut
    workers: WorkersSummary
    spend: SpendSinceOut
    tasks: list[TaskTimesOut]
    failures: list[FailureOut]


class AlertOut(FromAttributes):
    """What an operator should know at once."""

    id: str = Field(description="The same for as long as the matter stands.", examples=["unattended:crawl"])
    severity: Literal["critical", "warning"]
    message: str
    advice: str
    link: str = Field(description="Where the panel shows more.", examples=["/queues/crawl"])


class AlertsOut(Listing[AlertOut]):
    dead_letters: int = Field(
        description="How many wait for a decision, however old; counted up to 1,000.", examples=[3]
    )


def models_of(model: type[Any], rows: list[Any]) -> list[Any]:
    return [model.model_validate(row) for row in rows]
