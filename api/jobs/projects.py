"""The projects that have jobs. Each step of the recursion is one look into the index, so a million rows do no harm."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from jobs.models import Job


def list_projects(session: Session, *, text: str | None = None, limit: int) -> Sequence[str]:
    """In their order; `text` is part of the name."""
    first = select(select(func.min(Job.project_id)).scalar_subquery().label("id"))
    names = first.cte("names", recursive=True)
    before = aliased(names)
    following = select(func.min(Job.project_id)).where(Job.project_id > before.c.id).scalar_subquery()
    names = names.union_all(select(following).where(before.c.id.is_not(None)))
    found = select(names.c.id).where(names.c.id.is_not(None))
    if text:
        found = found.where(names.c.id.icontains(text, autoescape=True))
    return session.scalars(found.limit(limit)).all()
