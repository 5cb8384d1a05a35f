"""Dead letters: jobs that failed for good, and messages that the broker gave up on."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0009_dead_letters"
down_revision = "0008_audit"
branch_labels = None
depends_on = None

ID = sa.String(155)
INDEXES = {
    "at": ["at", "id"],
    "state": ["state", "at", "id"],
    "task": ["task", "at", "id"],
    "job": ["job_id"],
    "root": ["root_id"],
    "decided": ["decided_at"],
}


def upgrade() -> None:
    op.create_table("dead_letters", *_what_died(), *_message(), *_decision())
    for name, columns in INDEXES.items():
        op.create_index(f"ix_dead_letters_{name}", "dead_letters", columns)
    where = sa.text("state = 'open' AND redrive_at IS NOT NULL")
    op.create_index(
        "ix_dead_letters_redrive", "dead_letters", ["redrive_at"], sqlite_where=where, postgresql_where=where
    )


def _what_died() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", ID, primary_key=True),
        sa.Column("job_id", ID, sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=True),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("cause", sa.String(20), nullable=False),
        sa.Column("task", sa.String(200), nullable=True),
        sa.Column("queue", sa.String(255), nullable=True),
        sa.Column("project_id", sa.String(200), nullable=True),
        sa.Column("error", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("redrives", sa.Integer(), nullable=False),
        sa.Column("redrive_at", UtcDateTime(), nullable=True),
    ]


def _message() -> list[sa.Column[Any]]:
    return [
        sa.Column("dispatch", sa.Integer(), nullable=True),
        sa.Column("x_death", Json, nullable=True),
        sa.Column("headers", Json, nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
    ]


def _decision() -> list[sa.Column[Any]]:
    return [
        sa.Column("new_job_id", ID, nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("history", Json, nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("dead_letters")
