"""What operators have decided about queues and tasks: stored, so that every process obeys, those of tomorrow too."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import UtcDateTime
from core.contracts import Contract, catalog
from core.db import Base
from core.rates import Rate, parse_rate

UNLIMITED = "none"  # lifts the limit that a task's contract declares


class QueueState(StrEnum):
    """`draining`: nothing more is dispatched, what the workers have been given is finished, then it is paused."""

    OPEN = "open"
    DRAINING = "draining"
    PAUSED = "paused"


class QueueSettings(Base):
    """A queue without a row is open and has no limits. `spent_until` is where its rate stands (core/rates.py)."""

    __tablename__ = "queue_settings"

    queue: Mapped[str] = mapped_column(String(100), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    paused_by: Mapped[str | None] = mapped_column(String(200))
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    concurrency_limit: Mapped[int | None] = mapped_column(Integer)
    rate_limit: Mapped[str | None] = mapped_column(String(20))
    spent_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaskSettings(Base):
    """`rate_limit` takes the place of the contract's; `none` lifts it, and without one the contract's is in force."""

    __tablename__ = "task_settings"

    task: Mapped[str] = mapped_column(String(200), primary_key=True)
    rate_limit: Mapped[str | None] = mapped_column(String(20))
    spent_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


def limit_in_force(contract: Contract | None, stored: str | None) -> str | None:
    """The stored limit before the contract's; None where there is none."""
    limit = stored or (contract.rate_limit if contract is not None else None)
    return None if limit == UNLIMITED else limit


def rate_in_force(task: str, stored: str | None) -> Rate | None:
    limit = limit_in_force(catalog.find(task), stored)
    return parse_rate(limit) if limit else None
