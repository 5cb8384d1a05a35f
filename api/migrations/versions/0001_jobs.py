"""Jobs, their attempts and notes, and the workers that ran them."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision: str = "0001_jobs"
down_revision: str | None = None
branch_labels = None
depends_on = None

ID = sa.String(155)


def upgrade() -> None:
    _jobs()
    _job_indexes()
    _attempts_and_notes()
    _worker_incarnations()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("task", sa.String(200), nullable=False),
        sa.Column("queue", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("project_id", sa.String(200)),
        sa.Column("payload", Json, nullable=False),
        sa.Column("payload_hash", sa.String(64), nullable=False),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("submit_key", sa.String(64), unique=True),
        sa.Column("canvas", Json),
        sa.Column("dispatch", sa.Integer, nullable=False),
        sa.Column("published_at", UtcDateTime),
        sa.Column("publisher", sa.String(36)),
        sa.Column("publisher_until", UtcDateTime),
        sa.Column("due_at", UtcDateTime),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("lost", sa.Integer, nullable=False),
        sa.Column("retries", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String(36)),
        sa.Column("worker_id", sa.String(36)),
        sa.Column("worker", sa.String(255)),
        sa.Column("progress", Json),
        sa.Column("result", Json),
        sa.Column("error", Json),
        sa.Column("cancel_requested_at", UtcDateTime),
        sa.Column("retry_of", ID),
        sa.Column("parent_id", ID),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("queued_at", UtcDateTime),
        sa.Column("started_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
    )


def _job_indexes() -> None:
    op.create_index("ix_jobs_created", "jobs", ["created_at", "id"])
    for column in ("state", "task", "queue"):
        op.create_index(f"ix_jobs_{column}", "jobs", [column, "created_at", "id"])
    op.create_index("ix_jobs_project", "jobs", ["project_id", "created_at", "id"])
    op.create_index("ix_jobs_updated", "jobs", ["updated_at"])
    op.create_index("ix_jobs_parent", "jobs", ["parent_id"])
    _partial("ix_jobs_unpublished", ["created_at", "id"], "state = 'queued' AND published_at IS NULL")
    _partial("ix_jobs_published", ["published_at"], "state = 'queued' AND published_at IS NOT NULL")
    _partial("ix_jobs_due", ["due_at"], "state IN ('scheduled', 'retrying')")
    _partial("ix_jobs_running", ["worker_id"], "state = 'running'")
    _partial("ix_jobs_publisher", ["publisher"], "publisher IS NOT NULL")


def _partial(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "jobs", columns, sqlite_where=where, postgresql_where=where)


def _job_reference() -> sa.Column[str]:
    return sa.Column("job_id", ID, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False)


def _attempts_and_notes() -> None:
    op.create_table(
        "attempts",
        _job_reference(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("claim_id", sa.String(36), nullable=False, unique=True),
        sa.Column("worker", sa.String(255), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("outcome", sa.String(20)),
        sa.Column("error", Json),
        sa.Column("traceback", sa.Text),
        sa.PrimaryKeyConstraint("job_id", "number"),
    )
    op.create_table(
        "job_notes",
        sa.Column("id", sa.String(36), primary_key=True),
        _job_reference(),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("attempt", sa.Integer),
        sa.Column("message", sa.Text),
        sa.Column("data", Json),
    )
    op.create_index("ix_job_notes_job_id", "job_notes", ["job_id"])


def _worker_incarnations() -> None:
    op.create_table(
        "worker_incarnations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("machine", sa.String(200), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process_started", sa.String(40), nullable=False),
        sa.Column("queues", Json, nullable=False),
        sa.Column("concurrency", sa.Integer),
        sa.Column("pool", sa.String(40)),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ending", sa.String(20)),
    )
    op.create_index("ix_worker_incarnations_name", "worker_incarnations", ["name"])


def downgrade() -> None:
    for table in ("worker_incarnations", "job_notes", "attempts", "jobs"):
        op.drop_table(table)
