"""Dead letters as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.clock import Moment
from core.contracts import catalog
from core.secret_fields import Hidden
from core.text import Name
from jobs.dead_letters.models import Cause, DeadLetter, LetterState
from jobs.dead_letters.queries import Difference
from jobs.states import JobState
from web.routes.schemas import EXAMPLE_ID, AttemptOut, JobErrorOut

MOST_AT_ONCE = 500  # letters in one request; for more, the client goes on with `next_cursor`
SLOWEST, FASTEST = 0.001, 60_000  # jobs a minute


class LetterOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="The job's, if there is one.", examples=[EXAMPLE_ID])
    job_id: str | None
    state: LetterState
    cause: Cause = Field(description="How the job failed, or what was wrong with its message.")
    task: str | None = Field(examples=["ping"])
    queue: str | None = Field(examples=["default"])
    project_id: str | None
    error: JobErrorOut | None
    at: datetime
    first_at: datetime = Field(description="When the first of a chain of re-runs died.")
    redrives: int = Field(description="How often the chain was run again by itself.")
    redrive_at: datetime | None = Field(description="When it is run again by itself.")
    new_job_id: str | None = Field(description="The job that it was run again as.")
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, letter: DeadLetter) -> "LetterOut":
        shown = {name: getattr(letter, name) for name in LetterOut.model_fields}
        return LetterOut(**shown | {"error": letter.error or None})


class LetterDetailOut(LetterOut):
    """`headers` and `body` are those of the message that the broker gave up on, if it did."""

    payload: Any = Field(description="What a re-run is given; null when the message does not tell.")
    attempts: list[AttemptOut]
    x_death: list[dict[str, Any]] | None = Field(description="The broker's word on why, the newest first.")
    headers: dict[str, Any] | None
    body: str | None
    history: list[dict[str, Any]] = Field(description="What was decided, by whom and when, the oldest first.")
    hidden: list[str] = Field(description="What the caller may not see.", examples=[["payload.password"]])

    @classmethod
    def whole(cls, letter: DeadLetter, payload: Any, attempts: list[Any], *, secrets: bool) -> "LetterDetailOut":
        """`secrets` tells whether the caller may see what the contract marks as secret."""
        shown = Hidden(payload) if secrets else catalog.hide_payload(letter.task or "", payload)
        open_to_all = secrets or letter.task in catalog.without_secrets()
        message = {"headers": letter.headers, "body": letter.body}
        kept_back = [] if open_to_all else [name for name, value in message.items() if value is not None]
        return cls(
            **dict(LetterOut.of(letter)),
            payload=shown.value,
            attempts=[AttemptOut.model_validate(one) for one in attempts],
            x_death=letter.x_death,
            history=letter.history,
            hidden=sorted([*shown.paths, *kept_back]),
            **(message if open_to_all else dict.fromkeys(message)),
        )


class RerunOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    payload: dict[str, Any] | None = Field(None, description="Instead of the old one's.")


class DiscardOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Name = Field(examples=["the customer has left"])


class DifferenceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    path: str = Field(examples=["payload.url"])
    change: Literal["added", "removed", "changed"]
    good: Any
    dead: Any

    @classmethod
    def of(cls, found: Difference) -> "DifferenceOut":
        return cls.model_validate(found)


class DiffOut(BaseModel):
    """Compared with the newest job of the same task that succeeded, of the same project if there is one."""

    good_job_id: str | None = Field(description="Null: none has succeeded, or there is no payload to compare.")
    good_ended_at: datetime | None
    differences: list[DifferenceOut]


class LetterBulkFilter(BaseModel):
    """As in GET /api/dead-letters; without `state`, those that are open."""

    model_config = ConfigDict(extra="forbid")

    state: list[LetterState] = Field(default_factory=lambda: [LetterState.OPEN])
    cause: list[Cause] = Field(default_factory=list)
    task: Name | None = None
    queue: Name | None = None
    project_id: Name | None = None
    since: Moment | None = None
    until: Moment | None = None
    q: Name | None = None


class LetterBulkOrder(BaseModel):
    """Either `ids` or `filter`."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["rerun", "discard"]
    ids: list[Name] | None = Field(None, min_length=1, max_length=MOST_AT_ONCE, examples=[[EXAMPLE_ID]])
    filter: LetterBulkFilter | None = None
    reason: Name | None = Field(None, description="Why they are discarded.")
    per_minute: float | None = Field(None, ge=SLOWEST, le=FASTEST, description="How many run again in a minute.")
    not_before: Moment | None = Field(None, description="`next_not_before` of the request before.")
    dry_run: bool = Field(False, description="Only counts what the filter finds.")
    cursor: Annotated[str | None, Field(max_length=1_000, description="`next_cursor` of the request before.")] = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "LetterBulkOrder":
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or filter")
        if self.action == "discard" and self.reason is None and not self.dry_run:
            raise ValueError("say in `reason` why they are discarded")
        if self.action == "discard" and self.per_minute is not None:
            raise ValueError("`per_minute` is for a re-run")
        return self


class LetterBulkItem(BaseModel):
    id: str
    outcome: Literal["rerun", "discarded", "refused"]
    new_job_id: str | None = None
    state: JobState | None = Field(None, description="The new job's.")
    detail: str | None = Field(None, description="Why it was refused.")


class LetterBulkOut(BaseModel):
    """`next_cursor` is null when nothing is left to do."""

    matched: int | None = Field(None, description="Of a dry run: how many there are, counted to 100,000.")
    items: list[LetterBulkItem] = Field(default_factory=list)
    next_cursor: str | None = None
    next_not_before: datetime | None = Field(None, description="So that the next request keeps to the same rate.")
