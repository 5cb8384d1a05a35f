"""Orders to workers, and what a worker reports while it lives."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0013_worker_orders"
down_revision = "0012_workflows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("worker_incarnations", sa.Column("vitals", Json))
    op.add_column("worker_incarnations", sa.Column("quiet_since", UtcDateTime))
    worker = sa.ForeignKey("worker_incarnations.id", ondelete="CASCADE")
    op.create_table(
        "worker_orders",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("worker_id", sa.String(36), worker, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("taken_at", UtcDateTime),
        sa.Column("done_at", UtcDateTime),
        sa.Column("outcome", sa.String(20)),
        sa.Column("result", sa.Text),
    )
    op.create_index("ix_worker_orders_worker", "worker_orders", ["worker_id", "asked_at"])


def downgrade() -> None:
    op.drop_table("worker_orders")
    for column in ("quiet_since", "vitals"):
        op.drop_column("worker_incarnations", column)
