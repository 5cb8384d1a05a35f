"""Jobs that go on in slices from a state of their own, and jobs that expire."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0011_slices"
down_revision = "0010_queue_settings"
branch_labels = None
depends_on = None

COLUMNS = ("expires_at", "slices", "continues", "state_bytes")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("expires_at", UtcDateTime))
    op.add_column("jobs", sa.Column("slices", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("continues", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("state_bytes", sa.Integer))
    where = sa.text("expires_at IS NOT NULL AND ended_at IS NULL")
    op.create_index("ix_jobs_expires", "jobs", ["expires_at"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "job_checkpoints",
        sa.Column("job_id", sa.String(155), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("state", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("job_checkpoints")
    op.drop_index("ix_jobs_expires", "jobs")
    for column in COLUMNS:
        op.drop_column("jobs", column)
