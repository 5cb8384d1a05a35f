"""The shapes the API takes and answers with. Only who may change a webhook sees more of its address than the host."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from capabilities.fetch.urls import WebAddress, shown_host
from jobs.states import JobState
from workloads.webhooks.contracts import LINE
from workloads.webhooks.keys import Secrets
from workloads.webhooks.models import Webhook
from workloads.webhooks.service import Sent


class Event(StrEnum):
    """The ends of a job."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WebhookBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"project_id": "acme", "url": "https://example.com/hooks/slipway", "events": ["failed", "cancelled"]}
            ]
        },
    )

    project_id: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)] | None = Field(
        None, description="Whose jobs; null: every project's, and those without one."
    )
    url: WebAddress
    events: set[Event] = Field(default=set(Event), min_length=1, description="Which ends of a job are told.")
    include_result: bool = Field(False, description="Send a small result along.")
    active: bool = True

    def values(self) -> dict[str, Any]:
        return self.model_dump() | {"events": sorted(self.events)}


class WebhookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    project_id: str | None
    host: str = Field(examples=["example.com"])
    events: list[Event]
    include_result: bool
    active: bool
    note: str | None = Field(description="Why it was deactivated, when not by a person.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        shown = {name: getattr(webhook, name) for name in cls.model_fields if name != "host"}
        return cls(**shown, host=shown_host(webhook.url) or "")


class WebhookDetail(WebhookOut):
    url: str


class SecretOut(BaseModel):
    """`previous_until`: so long calls are signed with the secret before as well."""

    secret: str = Field(examples=["whsec_…"])
    previous_until: datetime | None

    @classmethod
    def of(cls, secrets: Secrets) -> Self:
        return cls(secret=secrets.current, previous_until=secrets.previous_until)


class SampleAccepted(BaseModel):
    job_id: str = Field(description="The job that delivers it.")
    state: JobState


class DeliveryOut(BaseModel):
    """One delivery; `job_id` is the job that delivers, `about_id` the one whose end is told (null: a sample)."""

    job_id: str
    about_id: str | None
    webhook_id: str | None = Field(description="Null: the address is in the job's order.")
    host: str | None
    state: JobState
    attempt: int
    status: int | None = Field(description="What the receiver answered, when it took it.", examples=[204])
    error: str | None
    next_try_at: datetime | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, sent: Sent) -> Self:
        job, record = sent.job, sent.record
        return cls(
            job_id=job.id,
            about_id=record.about_id,
            webhook_id=record.webhook_id,
            host=shown_host(sent.url),
            state=job.status,
            attempt=job.attempt,
            status=(job.result or {}).get("status"),
            error=(job.error or {}).get("message"),
            next_try_at=job.due_at,
            created_at=record.created_at,
            ended_at=job.ended_at,
        )
