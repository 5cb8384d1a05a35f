"""What else a list of failures is narrowed to is in the index of states, so that rows of others are not read for it."""

from alembic import op

revision = "0017_state_index"
down_revision = "0016_held_messages"
branch_labels = None
depends_on = None

BEFORE = ("state", "created_at", "id", "queue", "queued_at")


def upgrade() -> None:
    _of_states(*BEFORE, "task", "project_id")


def downgrade() -> None:
    _of_states(*BEFORE)


def _of_states(*columns: str) -> None:
    op.drop_index("ix_jobs_state", "jobs")
    op.create_index("ix_jobs_state", "jobs", list(columns))
