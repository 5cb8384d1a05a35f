"""The projects that have jobs. Each step of the recursion is one look into the index, so a million rows do no harm."""

from collections.abc import Sequence

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from jobs.models import Job

# Looks into the index for one answer: a text that no name has would otherwise be looked for in all of them.
MOST_LOOKS = 20_000


def list_projects(session: Session, *, text: str | None = None, limit: int) -> Sequence[str]:
    """In their order; `text` is part of the name, and is looked for in the first 20,000 of them."""
    return session.scalars(projects_named(text).limit(limit)).all()


def projects_named(text: str | None) -> Select[str]:
    """One row for each project."""
    first = select(select(func.min(Job.project_id)).scalar_subquery().label("id"), literal(1).label("looks"))
    names = first.cte("names", recursive=True)
    before = aliased(names)
    following = select(func.min(Job.project_id)).where(Job.project_id > before.c.id).scalar_subquery()
    go_on = before.c.id.is_not(None) & (before.c.looks < MOST_LOOKS)
    names = names.union_all(select(following, before.c.looks + 1).where(go_on))
    found = select(names.c.id).where(names.c.id.is_not(None))
    return found.where(names.c.id.icontains(text, autoescape=True)) if text else found
