"""The audit log, and who submitted a job."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0008_audit"
down_revision = "0007_job_logs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("action", sa.String(200), nullable=False),
        sa.Column("method", sa.String(10), nullable=True),
        sa.Column("route", sa.String(200), nullable=True),
        sa.Column("target", sa.String(400), nullable=True),
        sa.Column("address", sa.String(100), nullable=True),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", Json, nullable=True),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at", "id"])
    for column in ("actor", "action", "target"):
        op.create_index(f"ix_audit_entries_{column}", "audit_entries", [column, "at", "id"])
    op.add_column("jobs", sa.Column("submitted_by", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("jobs", "submitted_by")
    op.drop_table("audit_entries")
