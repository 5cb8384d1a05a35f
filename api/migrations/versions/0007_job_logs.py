"""What jobs said while they ran, saved views of the list, and a job's retries by its id."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0007_job_logs"
down_revision = "0006_overview"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _job_logs()
    _saved_views()
    where = sa.text("retry_of IS NOT NULL")
    op.create_index("ix_jobs_retry_of", "jobs", ["retry_of"], sqlite_where=where, postgresql_where=where)


def _job_logs() -> None:
    op.create_table(
        "job_logs",
        sa.Column("job_id", sa.String(155), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("logger", sa.String(200), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("fields", Json),
        sa.PrimaryKeyConstraint("job_id", "attempt", "number"),
    )


def _saved_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("search", Json, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("owner_name", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_saved_views_owner", "saved_views", ["owner"])


def downgrade() -> None:
    op.drop_index("ix_jobs_retry_of", "jobs")
    for table in ("saved_views", "job_logs"):
        op.drop_table(table)
