"""Saved views of the list of jobs: a search under a name, one's own or everybody's."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, ids
from core.columns import Json, UtcDateTime
from core.db import Base
from core.errors import Conflict, NotFound

MOST_OF_ONE_OWNER = 100


class UnknownView(NotFound):
    """There is no such view."""


class TooManyViews(Conflict):
    """You have 100 saved views: delete one first."""


@dataclass(frozen=True, kw_only=True)
class ViewContent:
    """What its owner decides."""

    name: str
    search: Any
    shared: bool


class SavedView(Base):
    """`owner` tells callers apart, `owner_name` is what is shown."""

    __tablename__ = "saved_views"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    search: Mapped[Any] = mapped_column(Json)
    shared: Mapped[bool] = mapped_column(Boolean)
    owner: Mapped[str] = mapped_column(String(200))
    owner_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index("ix_saved_views_owner", SavedView.owner)


def views_for(session: Session, owner: str) -> list[SavedView]:
    """One's own and the shared ones, by name."""
    seen = select(SavedView).where(or_(SavedView.owner == owner, SavedView.shared))
    return list(session.scalars(seen.order_by(func.lower(SavedView.name), SavedView.id)))


def get_view(session: Session, view_id: str) -> SavedView:
    """Raises UnknownView."""
    view = session.get(SavedView, view_id)
    if view is None:
        raise UnknownView(f"There is no view {view_id!r}.")
    return view


def add_view(session: Session, content: ViewContent, *, owner: str, owner_name: str) -> SavedView:
    """Raises TooManyViews."""
    mine = select(func.count()).select_from(SavedView).where(SavedView.owner == owner)
    if (session.scalar(mine) or 0) >= MOST_OF_ONE_OWNER:
        raise TooManyViews
    now = clock.now()
    made = SavedView(
        id=ids.new_id(), **asdict(content), owner=owner, owner_name=owner_name, created_at=now, updated_at=now
    )
    session.add(made)
    session.flush()
    return made


def change_view(session: Session, view: SavedView, content: ViewContent) -> SavedView:
    view.name, view.search, view.shared = content.name, content.search, content.shared
    view.updated_at = clock.now()
    session.flush()
    return view
