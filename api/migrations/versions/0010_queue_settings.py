"""Pauses and limits of queues and tasks, and the indexes that dispatch keeps them by."""

import sqlalchemy as sa
from alembic import op

from core.columns import UtcDateTime

revision: str = "0010_queue_settings"
down_revision: str | None = "0009_dead_letters"
branch_labels = None
depends_on = None

UNPUBLISHED = "state = 'queued' AND published_at IS NULL"
PUBLISHED = "state = 'queued' AND published_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "queue_settings",
        sa.Column("queue", sa.String(100), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("paused_by", sa.String(200)),
        sa.Column("paused_at", UtcDateTime),
        sa.Column("reason", sa.Text),
        sa.Column("concurrency_limit", sa.Integer),
        *_limit(),
    )
    op.create_table("task_settings", sa.Column("task", sa.String(200), primary_key=True), *_limit())
    _remake("ix_jobs_unpublished", ["queue", "task", "created_at", "id"], UNPUBLISHED)
    _remake("ix_jobs_published", ["queue", "published_at"], PUBLISHED)
    op.drop_index("ix_jobs_publisher", "jobs")
    _partial("ix_jobs_taken", ["publisher"], "publisher_until IS NOT NULL")


def _limit() -> list[sa.Column[object]]:
    return [
        sa.Column("rate_limit", sa.String(20)),
        sa.Column("spent_until", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    ]


def _remake(name: str, columns: list[str], where: str) -> None:
    op.drop_index(name, "jobs")
    _partial(name, columns, where)


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "jobs", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_index("ix_jobs_taken", "jobs")
    _partial("ix_jobs_publisher", ["publisher"], "publisher IS NOT NULL")
    _remake("ix_jobs_published", ["published_at"], PUBLISHED)
    _remake("ix_jobs_unpublished", ["created_at", "id"], UNPUBLISHED)
    op.drop_table("task_settings")
    op.drop_table("queue_settings")
