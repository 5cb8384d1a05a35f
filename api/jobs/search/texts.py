"""What the search looks through: one short text for each job, kept beside the jobs and filled off the hot path.

Fields that a contract marks as secret are not in it, so nobody can guess them by searching.
"""

from datetime import datetime
from typing import Any, Protocol
from zlib import crc32

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import UtcDateTime
from core.contracts import catalog
from core.db import Base
from core.engine import dump_json
from jobs.models import ID

PART = 2_000  # characters of each: error, payload, result
SLOTS = 1_024  # positions within one millisecond


class JobText(Base):
    """`position` orders texts as the list of jobs is ordered, by the time when the job was made."""

    __tablename__ = "job_texts"

    position: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str] = mapped_column(Text)


class JobTextMark(Base):
    """The one row that says how far the texts follow the jobs: everything changed up to here is in."""

    __tablename__ = "job_text_marks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job_id: Mapped[str | None] = mapped_column(ID)


class Says(Protocol):
    """A job, or what has these of it."""

    task: Any
    payload: Any
    result: Any
    error: Any


class Placed(Protocol):
    """A job, or what has these of it."""

    id: Any
    created_at: Any


def text_of(job: Says) -> str:
    """Error, payload and result as JSON writes them, each cut off at PART, without what is secret."""
    shown = (
        job.error,
        catalog.hide_payload(job.task, job.payload).value,
        catalog.hide_result(job.task, job.result).value,
    )
    return "\n".join(dump_json(part)[:PART] for part in shown if part is not None)


def needle_of(wanted: str) -> str:
    """The text to look for as JSON writes it."""
    return dump_json(wanted)[1:-1]


def position_of(job: Placed) -> int:
    """Where its text belongs; a neighbour may have the place already."""
    return int(job.created_at.timestamp() * 1000) * SLOTS + crc32(job.id.encode()) % SLOTS
