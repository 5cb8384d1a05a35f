"""What `GroupResult.save()` of Celery keeps, so that another process can wait for the same jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.columns import Json, UtcDateTime
from core.db import Base


class CeleryGroup(Base):
    """`result` is Celery's own tuple: the group, what stands before it, and its members."""

    __tablename__ = "celery_groups"

    id: Mapped[str] = mapped_column(String(155), primary_key=True)
    result: Mapped[Any] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def save_group(session: Session, group_id: str, result: Any) -> None:
    """Saving it again replaces it."""
    session.merge(CeleryGroup(id=group_id, result=result, saved_at=clock.now()))


def saved_group(session: Session, group_id: str) -> Any:
    """None when it was not saved, or is gone."""
    return session.scalar(select(CeleryGroup.result).where(CeleryGroup.id == group_id))


def delete_group(session: Session, group_id: str) -> None:
    session.execute(delete(CeleryGroup).where(CeleryGroup.id == group_id))
