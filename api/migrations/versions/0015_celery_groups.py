"""Groups of Celery that were saved, to be waited for elsewhere."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0015_celery_groups"
down_revision = "0014_history"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "celery_groups",
        sa.Column("id", sa.String(155), primary_key=True),
        sa.Column("result", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_celery_groups_saved_at", "celery_groups", ["saved_at"])


def downgrade() -> None:
    op.drop_table("celery_groups")
