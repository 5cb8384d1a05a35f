"""The table of log lines: what a job's code said while it ran, by attempt and number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.columns import Json, UtcDateTime
from core.db import Base, is_postgresql
from jobs.models import ID

Level = Literal["debug", "info", "warning", "error", "critical"]
LEVELS: tuple[Level, ...] = get_args(Level)


class JobLog(Base):
    """One line. Never fenced: it was said, whoever holds the job by now."""

    __tablename__ = "job_logs"

    job_id: Mapped[str] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    level: Mapped[str] = mapped_column(String(10))
    logger: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(Text)
    fields: Mapped[Any | None] = mapped_column(Json)


def write_lines(session: Session, lines: Sequence[dict[str, Any]]) -> None:
    """Saying it twice writes it once."""
    dialect = postgresql if is_postgresql(session) else sqlite
    session.execute(dialect.insert(JobLog).on_conflict_do_nothing(), list(lines))
