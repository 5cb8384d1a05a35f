"""Every model call leaves a row, also when it failed: who asked, what it cost, how long it took, how it ended.

Rows are never fenced, since the money is spent whoever holds the job by then, and they outlive the job.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, Text, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, ids
from core.columns import Json, UtcDateTime
from core.db import Base, is_postgresql, writing
from core.patience import until_through

ERROR_LIMIT = 2_000  # characters


class CallOutcome(StrEnum):
    SUCCEEDED = "succeeded"
    BUSY = "busy"
    REFUSED = "refused"
    MALFORMED = "malformed"
    INTERRUPTED = "interrupted"


class LlmCall(Base):
    """One call of one attempt. `cost_micro_usd` is NULL when nobody knows the price: see `priced`."""

    __tablename__ = "llm_calls"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    job_id: Mapped[str] = mapped_column(String(155))
    project_id: Mapped[str | None] = mapped_column(String(200))
    attempt: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(100))
    idempotency_key: Mapped[str] = mapped_column(String(300), unique=True)
    profile: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(String(200))
    input_tokens: Mapped[int] = mapped_column(Integer)
    output_tokens: Mapped[int] = mapped_column(Integer)
    cached_tokens: Mapped[int] = mapped_column(Integer)
    cost_micro_usd: Mapped[int | None] = mapped_column(BigInteger)
    latency_ms: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    error: Mapped[str | None] = mapped_column(Text)
    output: Mapped[Any | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def priced(self) -> bool:
        return self.cost_micro_usd is not None


Index("ix_llm_calls_job", LlmCall.job_id, LlmCall.at, LlmCall.id)
Index("ix_llm_calls_project", LlmCall.project_id, LlmCall.at)
Index("ix_llm_calls_at", LlmCall.at, LlmCall.provider, LlmCall.cost_micro_usd)


def storable(value: Any) -> Any:
    """What a model said, without what PostgreSQL cannot hold (NUL) and UTF-8 cannot say (half a surrogate pair)."""
    if isinstance(value, dict):
        return {key: storable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [storable(one) for one in value]
    return value.replace("\x00", "").encode(errors="replace").decode() if isinstance(value, str) else value


def record(**values: Any) -> None:
    """Writes the row in a unit of work of its own, for as long as it takes. Saying it twice writes it once."""
    row = {"id": ids.new_id(), "at": clock.now(), **values}
    row["error"] = row["error"] and storable(row["error"])[:ERROR_LIMIT]

    def write() -> None:
        with writing() as session:
            dialect = postgresql if is_postgresql(session) else sqlite
            session.execute(dialect.insert(LlmCall).values(**row).on_conflict_do_nothing())

    until_through(write, what="recording a model call")


def finished_output(session: Session, *, job_id: str, step: str) -> Any | None:
    """What an earlier attempt of this job was answered at this step, so that it is not paid twice."""
    paid = (LlmCall.job_id == job_id, LlmCall.step == step, LlmCall.outcome == CallOutcome.SUCCEEDED)
    return session.scalar(select(LlmCall.output).where(*paid).order_by(LlmCall.at.desc()).limit(1))


def calls_of(session: Session, job_id: str) -> list[LlmCall]:
    """The model calls of a job in the order they ended."""
    mine = select(LlmCall).where(LlmCall.job_id == job_id)
    return list(session.scalars(mine.order_by(LlmCall.at, LlmCall.id)))


def forget_outputs(session: Session, *, job_ids: Any = None, project_id: str | None = None) -> None:
    """Removes what the models said and keeps what it cost; for the jobs named, or for a whole project."""
    chosen = LlmCall.job_id.in_(job_ids) if project_id is None else LlmCall.project_id == project_id
    session.execute(update(LlmCall).where(chosen).values(output=None))
