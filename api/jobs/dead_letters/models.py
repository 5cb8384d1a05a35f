"""Dead letters: what nobody tries again by itself. A job has one at most, whose id is the job's."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Json, UtcDateTime
from core.db import Base
from jobs.models import ID


class Cause(StrEnum):
    """Why it is dead: how the job failed, or else what was wrong with its message."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    POISON = "poison"
    INVALID = "invalid"
    UNKNOWN_TASK = "unknown_task"
    UNREADABLE = "unreadable"
    NOT_JSON = "not_json"
    UNDELIVERED = "undelivered"


PASSING = (Cause.TRANSIENT, Cause.UNKNOWN_TASK, Cause.UNDELIVERED)  # may be better in five minutes


class LetterState(StrEnum):
    """`redriven`: run again, and how that ends is not known or told by another dead letter."""

    OPEN = "open"
    REDRIVEN = "redriven"
    DISCARDED = "discarded"
    RESOLVED = "resolved"


class DeadLetter(Base):
    """`root_id` is the first of a chain of re-runs; `redrives` counts those of the chain that nobody asked for.

    `dispatch`, `x_death`, `headers` and `body` are of the last message that the broker gave up on, if it did.
    """

    __tablename__ = "dead_letters"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    root_id: Mapped[str] = mapped_column(ID)
    state: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(20))
    task: Mapped[str | None] = mapped_column(String(200))
    queue: Mapped[str | None] = mapped_column(String(255))
    project_id: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    redrives: Mapped[int] = mapped_column(Integer)
    redrive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    dispatch: Mapped[int | None] = mapped_column(Integer)
    x_death: Mapped[Any | None] = mapped_column(Json)
    headers: Mapped[Any | None] = mapped_column(Json)
    body: Mapped[str | None] = mapped_column(Text)

    new_job_id: Mapped[str | None] = mapped_column(ID)
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    history: Mapped[Any] = mapped_column(Json)


TO_REDRIVE = "state = 'open' AND redrive_at IS NOT NULL"
_to_redrive = text(TO_REDRIVE)

Index("ix_dead_letters_at", DeadLetter.at, DeadLetter.id)
Index("ix_dead_letters_state", DeadLetter.state, DeadLetter.at, DeadLetter.id)
Index("ix_dead_letters_task", DeadLetter.task, DeadLetter.at, DeadLetter.id)
Index("ix_dead_letters_job", DeadLetter.job_id)
Index("ix_dead_letters_root", DeadLetter.root_id)
Index("ix_dead_letters_decided", DeadLetter.decided_at)
Index("ix_dead_letters_redrive", DeadLetter.redrive_at, sqlite_where=_to_redrive, postgresql_where=_to_redrive)
