"""What an agent was given to know: rows keyed by the job they came with, kept until deleted or expired."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import changed
from core.errors import NotFound
from core.settings import get_settings
from jobs.models import Job
from workloads.agents.models import Chunk, Document

ORPHANED_AFTER = timedelta(hours=1)  # a submit whose idempotency key was taken leaves documents and no job


class DocumentsGone(NotFound):
    """The documents of this job are not there: they were deleted, have expired, or belong to another project."""


def store(session: Session, job_id: str, *, project_id: str, agent_name: str, texts: Sequence[tuple[str, str]]) -> None:
    """Stores (name, text) pairs in their order, in the transaction that makes the job."""
    days = get_settings().document_days
    expires_at = None if days is None else clock.now() + timedelta(days=days)
    owner = {"job_id": job_id, "project_id": project_id, "agent_name": agent_name}
    _insert(session, [{"name": name, "text": text, "expires_at": expires_at, **owner} for name, text in texts])


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    now = clock.now()
    same = [{"id": ids.new_id(), "position": position, "created_at": now} for position in range(len(rows))]
    session.execute(insert(Document), [row | more for row, more in zip(rows, same, strict=True)])


def not_expired() -> ColumnElement[bool]:
    return or_(Document.expires_at.is_(None), Document.expires_at > clock.now())


def adopt(session: Session, *, source: str, job_id: str, project_id: str, agent_name: str) -> list[Document]:
    """The documents that came with job `source`, for the agent that `job_id` makes. Raises DocumentsGone.

    A reference may come from anybody, so only the same project's documents are found. When the job was run again
    for another agent (a wrong name set right), that agent gets copies: each agent's documents go when it goes.
    """
    found = _of_job(session, source, project_id)
    if not found:
        raise DocumentsGone
    if all(one.agent_name == agent_name for one in found):
        return found
    return _of_job(session, job_id, project_id) or _copy(session, found, job_id=job_id, agent_name=agent_name)


def _copy(session: Session, found: Sequence[Document], *, job_id: str, agent_name: str) -> list[Document]:
    """They expire when the originals do."""
    owner = {"job_id": job_id, "project_id": found[0].project_id, "agent_name": agent_name}
    rows = [{"name": one.name, "text": one.text, "expires_at": one.expires_at, **owner} for one in found]
    _insert(session, rows)
    return _of_job(session, job_id, found[0].project_id)


def _of_job(session: Session, job_id: str, project_id: str) -> list[Document]:
    mine = and_(Document.job_id == job_id, Document.project_id == project_id, not_expired())
    return list(session.scalars(select(Document).where(mine).order_by(Document.position)))


def delete_of(session: Session, *, project_id: str, agent_name: str | None = None) -> int:
    """Deletes a project's documents, or one agent's, and with them their chunks; answers how many."""
    chosen: Delete = delete(Document).where(Document.project_id == project_id)
    if agent_name is not None:
        chosen = chosen.where(Document.agent_name == agent_name)
    return changed(session, chosen)


def purge_expired(session: Session) -> int:
    """Deletes documents past their time, and those whose job was never made; answers how many."""
    now = clock.now()
    expired = Document.expires_at <= now
    no_job = ~select(Job.id).where(Job.id == Document.job_id).exists()
    unused = ~select(Chunk.number).where(Chunk.document_id == Document.id).exists()
    orphaned = and_(Document.created_at < now - ORPHANED_AFTER, no_job, unused)
    return changed(session, delete(Document).where(or_(expired, orphaned)))
