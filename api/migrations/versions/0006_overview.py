"""What the overview counts by, and what a worker says about its versions."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json

revision: str = "0006_overview"
down_revision: str | None = "0005_sign_in"
branch_labels = None
depends_on = None

ENDED = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("worker_incarnations", sa.Column("versions", Json))
    _state_index("queue", "queued_at")
    _ended("ix_jobs_ended", "jobs", "state", "ended_at", "queue")
    _ended("ix_attempts_ended", "attempts", "worker", "ended_at")
    op.create_index("ix_llm_calls_at", "llm_calls", ["at", "provider", "cost_micro_usd"])


def _state_index(*more: str) -> None:
    """With what a queue's depth and age are counted from, so that no row of an open job has to be looked at."""
    op.drop_index("ix_jobs_state", "jobs")
    op.create_index("ix_jobs_state", "jobs", ["state", "created_at", "id", *more])


def _ended(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, list(columns), sqlite_where=ENDED, postgresql_where=ENDED)


def downgrade() -> None:
    op.drop_index("ix_llm_calls_at", "llm_calls")
    op.drop_index("ix_attempts_ended", "attempts")
    op.drop_index("ix_jobs_ended", "jobs")
    _state_index()
    op.drop_column("worker_incarnations", "versions")
