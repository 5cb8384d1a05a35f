"""Jobs as the API takes and shows them. The panel is built on these names."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from capabilities.fetch.urls import WebAddress, shown_host
from core import clock
from core.clock import Moment
from core.contracts import catalog
from core.text import Name
from jobs.dead_letters.models import LetterState
from jobs.listed import Values
from jobs.models import Job
from jobs.states import ErrorKind, JobState, Outcome

BATCH_LIMIT = 10_000  # jobs

EXAMPLE_ID = "019aa1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"


class JobOrder(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"task": "ping", "payload": {"value": "hello"}, "idempotency_key": "a-1"}]},
    )

    task: Name = Field(description="A name from GET /api/tasks.", examples=["ping"])
    payload: dict[str, Any] = Field(default_factory=dict, examples=[{"value": "hello"}])
    idempotency_key: Name | None = Field(
        None, description="The same key, task, project and payload lead to the same job.", examples=["order-17"]
    )
    eta: Moment | None = Field(None, description="Not before this moment; with its zone.")
    expires_at: Moment | None = Field(
        None, description="Not begun by this moment, it ends as cancelled; with its zone."
    )
    project_id: Name | None = Field(None, examples=["acme"])
    webhook_url: WebAddress | None = Field(
        None, description="Is sent a signed message when the job ends.", examples=["https://example.com/hooks/slipway"]
    )

    @model_validator(mode="after")
    def _can_begin_in_time(self) -> "JobOrder":
        if self.expires_at is not None and self.expires_at <= max(clock.now(), self.eta or clock.now()):
            raise ValueError("expires_at must lie in the future, and after eta: the job could never begin")
        return self


class BatchOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    jobs: list[JobOrder] = Field(min_length=1, max_length=BATCH_LIMIT)


class Accepted(BaseModel):
    job_id: str = Field(examples=[EXAMPLE_ID])
    state: JobState = Field(examples=["queued"])


class RetryOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    payload: dict[str, Any] | None = Field(None, description="Instead of the old one's.")


class AcceptedBatch(BaseModel):
    """In the order of the request."""

    items: list[Accepted]


class JobErrorOut(BaseModel):
    class_name: str = Field(examples=["ProviderBusy"])
    message: str
    kind: ErrorKind


class ProgressOut(BaseModel):
    step: str = Field(examples=["brief"])
    done: int | None = None
    total: int | None = None
    message: str | None = None


class HeldOut(BaseModel):
    """What keeps a job that waits from being dispatched."""

    model_config = ConfigDict(from_attributes=True)

    by: Literal["paused", "concurrency", "rate"]
    until: datetime | None = Field(description="When the next one may go, where a rate holds it.")


class JobOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=[EXAMPLE_ID])
    task: str = Field(examples=["ping"])
    queue: str = Field(examples=["default"])
    state: JobState = Field(examples=["succeeded"])
    project_id: str | None
    payload: Any
    result: Any
    result_expired_at: datetime | None = Field(
        description="The result has expired: it was deleted then, and `result` is null whatever it was."
    )
    error: JobErrorOut | None
    attempt: int = Field(description="How often a worker has begun it.", examples=[1])
    retries: int
    slices: int = Field(description="How many slices of a long job are done; all of them can be one attempt.")
    state_bytes: int | None = Field(description="Of what it wrote down to go on from; the content is not shown.")
    progress: ProgressOut | None
    worker: str | None
    submitted_by: str | None = Field(description="Who asked for it; null for work that asked for itself.")
    retry_of: str | None
    parent_id: str | None
    workflow_id: str | None = Field(description="The workflow it is a part of.")
    node_key: str | None = Field(description="Its place there.")
    idempotency_key: str | None
    cancel_requested: bool
    held: HeldOut | None = Field(
        None, description="What keeps it from being dispatched; told of one job, not in lists."
    )
    dead_letter: LetterState | None = Field(
        None, description="What became of the dead letter that it left, if it did; told of one job, not in lists."
    )
    webhook_host: str | None = Field(description="Who is called when it ends; the rest of the address is not shown.")
    due_at: datetime | None = Field(description="When a scheduled job begins, or a retrying one is tried again.")
    expires_at: datetime | None = Field(description="Not begun by then, it ends as cancelled.")
    created_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
    hidden: list[str] = Field(
        description="What the caller may not see of payload and result: `•••` stands in its place.",
        examples=[["payload.password"]],
    )
    omitted: list[str] = Field(
        description="Of payload and result, what is too long for a list, and null there; one job is told of whole.",
        examples=[["payload"]],
    )

    @classmethod
    def of(cls, job: Job, *, secrets: bool, values: Values | None = None) -> "JobOut":
        """`secrets` tells whether the caller may see what the contract marks as secret; `values` are a list's."""
        made: dict[str, Any] = {
            "cancel_requested": job.cancel_requested_at is not None,
            "webhook_host": shown_host(job.webhook_url),
            "hidden": [],
            "omitted": [],
            "held": None,
            "dead_letter": None,
            **({} if values is None else vars(values)),
        }
        shown = cls(**{name: getattr(job, name) for name in cls.model_fields if name not in made}, **made)
        return shown if secrets else shown.without_secrets()

    def without_secrets(self) -> "JobOut":
        payload = catalog.hide_payload(self.task, self.payload)
        result = catalog.hide_result(self.task, self.result)
        hidden = sorted([*payload.paths, *result.paths])
        return self.model_copy(update={"payload": payload.value, "result": result.value, "hidden": hidden})


class HappeningOut(BaseModel):
    """One line of the timeline."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    kind: str = Field(
        description="submitted, started, ended, an attempt's outcome, or what was noted: step, cancel_requested …",
        examples=["started"],
    )
    state: JobState | None = Field(description="The job's state from then on, where it changed.")
    attempt: int | None
    message: str | None
    data: Any


class AttemptOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: int
    worker: str
    outcome: Outcome | None
    started_at: datetime
    ended_at: datetime | None
    error: JobErrorOut | None
    traceback: str | None


class CallOut(BaseModel):
    """One call of a model."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    attempt: int
    step: str
    provider: str
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_micro_usd: int | None = Field(description="Millionths of a US dollar; null when nobody knows the price.")
    latency_ms: int
    outcome: str
    error: str | None
    at: datetime


class TaskOut(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    name: str = Field(examples=["ping"])
    queue: str = Field(examples=["default"])
    payload_schema: dict[str, Any] = Field(serialization_alias="schema", description="JSON Schema of the payload.")
    rate_limit: str | None = Field(description="The one in force.", examples=["10/m"])
    declared_rate_limit: str | None = Field(description="What the contract says.", examples=["10/m"])
    rate_limit_override: str | None = Field(description="What an operator has set; `none` lifts the contract's.")


class TaskChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rate_limit: str | None = Field(
        max_length=20,
        description="`none` lifts what the contract declares; null leaves it to the contract.",
        examples=["10/m"],
    )


class TaskStatus(BaseModel):
    """The short form, in Celery's words."""

    task_id: str = Field(examples=[EXAMPLE_ID])
    status: str = Field(examples=["SUCCESS"])
    result: Any = Field(description="The result; of a failed job, the error's sentence; else null.")
    result_expired: bool = Field(description="There was a result, which has expired: `result` is null whatever it was.")
