"""The engine's tables. A job is one row; its id is Celery's task id."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Json, UtcDateTime
from core.db import Base
from jobs.states import JobState

ID = String(155)  # as long as Celery lets a foreign client choose


class Job(Base):
    """`dispatch` numbers the intended deliveries, `claim_id` is the fence of the attempt that runs now."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    task: Mapped[str] = mapped_column(String(200))
    queue: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    project_id: Mapped[str | None] = mapped_column(String(200))
    payload: Mapped[Any] = mapped_column(Json)
    payload_hash: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    submit_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    canvas: Mapped[Any | None] = mapped_column(Json)

    dispatch: Mapped[int] = mapped_column(Integer)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publisher: Mapped[str | None] = mapped_column(String(36))
    publisher_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # not begun by then, it never is

    attempt: Mapped[int] = mapped_column(Integer)
    lost: Mapped[int] = mapped_column(Integer)
    retries: Mapped[int] = mapped_column(Integer)
    slices: Mapped[int] = mapped_column(Integer, server_default="0")  # that are done; the job goes on
    continues: Mapped[bool] = mapped_column(Boolean, server_default=false())  # the next claim goes on with the attempt
    state_bytes: Mapped[int | None] = mapped_column(Integer)  # of the JSON in its checkpoint, if there is one
    claim_id: Mapped[str | None] = mapped_column(String(36))
    worker_id: Mapped[str | None] = mapped_column(String(36))
    worker: Mapped[str | None] = mapped_column(String(255))
    progress: Mapped[Any | None] = mapped_column(Json)
    result: Mapped[Any | None] = mapped_column(Json)
    result_expired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[Any | None] = mapped_column(Json)
    webhook_url: Mapped[str | None] = mapped_column(Text)  # to be called when it ends; shown to nobody
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    submitted_by: Mapped[str | None] = mapped_column(String(200))
    retry_of: Mapped[str | None] = mapped_column(ID)
    parent_id: Mapped[str | None] = mapped_column(ID)
    workflow_id: Mapped[str | None] = mapped_column(String(36))
    node_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def status(self) -> JobState:
        return JobState(self.state)


# Word for word what the partial indexes say: SQLite uses such an index only for a query without bound values there.
UNPUBLISHED = "state = 'queued' AND published_at IS NULL"
PUBLISHED = "state = 'queued' AND published_at IS NOT NULL"
DELAYED = "state IN ('scheduled', 'retrying')"
RUNNING = "state = 'running'"
TAKEN = "publisher_until IS NOT NULL"  # by a dispatcher that may be at it, have died, or wait after a refusal
NOT_TAKEN: dict[str, Any] = {"publisher": None, "publisher_until": None}  # of a row that goes on, whoever took it
ENDED = "ended_at IS NOT NULL"
RESULT_KEPT = "ended_at IS NOT NULL AND result IS NOT NULL"
EXPIRES = "expires_at IS NOT NULL AND ended_at IS NULL"


def _index(name: str, *columns: str, where: str | None = None) -> Index:
    condition = text(where) if where else None
    return Index(
        name, *(Job.__table__.c[column] for column in columns), sqlite_where=condition, postgresql_where=condition
    )


_index("ix_jobs_created", "created_at", "id")
_index("ix_jobs_state", "state", "created_at", "id", "queue", "queued_at", "task", "project_id")
_index("ix_jobs_task", "task", "created_at", "id")
_index("ix_jobs_queue", "queue", "created_at", "id")
_index("ix_jobs_project", "project_id", "created_at", "id")
_index("ix_jobs_updated", "updated_at")
_index("ix_jobs_parent", "parent_id", where="parent_id IS NOT NULL")
_index("ix_jobs_retry_of", "retry_of", where="retry_of IS NOT NULL")
_index("ix_jobs_workflow", "workflow_id", "started_at", where="workflow_id IS NOT NULL")
_index("ix_jobs_unpublished", "queue", "task", "created_at", "id", where=UNPUBLISHED)
_index("ix_jobs_published", "queue", "published_at", where=PUBLISHED)
_index("ix_jobs_due", "due_at", "id", where=DELAYED)
_index("ix_jobs_expires", "expires_at", where=EXPIRES)
_index("ix_jobs_running", "worker_id", where=RUNNING)
_index("ix_jobs_results", "ended_at", where=RESULT_KEPT)
_index("ix_jobs_ended", "state", "ended_at", "queue", where=ENDED)
_index("ix_jobs_taken", "publisher", where=TAKEN)


class Attempt(Base):
    """One try of a job by one worker; never deleted while the job is kept."""

    __tablename__ = "attempts"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    claim_id: Mapped[str] = mapped_column(String(36), unique=True)
    worker: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    error: Mapped[Any | None] = mapped_column(Json)
    traceback: Mapped[str | None] = mapped_column(Text)


_ended = text(ENDED)
Index("ix_attempts_ended", Attempt.worker, Attempt.ended_at, sqlite_where=_ended, postgresql_where=_ended)


class Checkpoint(Base):
    """What a job wrote down of how far it is. Beside the row, which is read and rewritten far more often."""

    __tablename__ = "job_checkpoints"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[Any] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class JobNote(Base):
    """What happened to a job that its row and its attempts do not tell: steps, cancel requests, re-dispatches."""

    __tablename__ = "job_notes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    attempt: Mapped[int | None] = mapped_column(Integer)
    message: Mapped[str | None] = mapped_column(Text)
    data: Mapped[Any | None] = mapped_column(Json)


class WorkerIncarnation(Base):
    """One start of one worker. `machine` and `pid` tell on the same machine at once whether it still lives."""

    __tablename__ = "worker_incarnations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), index=True)
    machine: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int] = mapped_column(Integer)
    process_started: Mapped[str] = mapped_column(String(40))
    queues: Mapped[Any] = mapped_column(Json)
    concurrency: Mapped[int | None] = mapped_column(Integer)
    pool: Mapped[str | None] = mapped_column(String(40))
    versions: Mapped[Any | None] = mapped_column(Json)
    vitals: Mapped[Any | None] = mapped_column(Json)  # see worker/vitals.py
    held: Mapped[Any | None] = mapped_column(Json)  # ids of jobs; see worker/held.py
    quiet_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending: Mapped[str | None] = mapped_column(String(20))
