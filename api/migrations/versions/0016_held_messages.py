"""What a worker holds without having begun it, so that a message that nobody holds is known to be lost."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json

revision = "0016_held_messages"
down_revision = "0015_celery_groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("worker_incarnations", sa.Column("held", Json))


def downgrade() -> None:
    op.drop_column("worker_incarnations", "held")
