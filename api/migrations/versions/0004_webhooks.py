"""Webhooks: who is called when jobs end, the versions of their secrets, and which job delivers which call."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0004_webhooks"
down_revision = "0003_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("webhook_url", sa.Text(), nullable=True))
    _webhooks()
    _webhook_keys()
    _webhook_deliveries()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("project_id", sa.String(200), nullable=True, index=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("include_result", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_webhooks_created", "webhooks", ["created_at", "id"])


def _webhook_keys() -> None:
    op.create_table(
        "webhook_keys",
        sa.Column("owner", sa.String(220), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rotated_at", UtcDateTime(), nullable=False),
    )


def _webhook_deliveries() -> None:
    """The job's row comes second in the submit's transaction, hence the deferred key."""
    job = sa.ForeignKey("jobs.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    webhook = sa.ForeignKey("webhooks.id", ondelete="CASCADE")
    op.create_table(
        "webhook_deliveries",
        sa.Column("job_id", sa.String(155), job, primary_key=True),
        sa.Column("about_id", sa.String(155), nullable=True, index=True),
        sa.Column("webhook_id", sa.String(36), webhook, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook_id", "created_at", "job_id"])


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhook_keys", "webhooks"):
        op.drop_table(table)
    op.drop_column("jobs", "webhook_url")
