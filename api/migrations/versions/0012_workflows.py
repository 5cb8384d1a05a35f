"""Workflows, their nodes, and which workflow a job belongs to."""

import sqlalchemy as sa
from alembic import op

from core.columns import Json, UtcDateTime

revision = "0012_workflows"
down_revision = "0011_slices"
branch_labels = None
depends_on = None

ID = sa.String(155)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("workflow_id", sa.String(36)))
    op.add_column("jobs", sa.Column("node_key", sa.String(200)))
    _partial("ix_jobs_workflow", "jobs", ["workflow_id", "started_at"], "workflow_id IS NOT NULL")
    _workflows()
    _nodes()


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _workflows() -> None:
    op.create_table(
        "workflows",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("project_id", sa.String(200)),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("submit_key", sa.String(64), unique=True),
        sa.Column("spec_hash", sa.String(64), nullable=False),
        sa.Column("submitted_by", sa.String(200)),
        sa.Column("jobs", sa.Integer, nullable=False),
        sa.Column("ended", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("cancelled_by", sa.String(200)),
        sa.Column("cancel_requested_at", UtcDateTime),
        sa.Column("look_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
    )
    op.create_index("ix_workflows_created", "workflows", ["created_at", "id"])
    op.create_index("ix_workflows_state", "workflows", ["state", "created_at", "id"])
    op.create_index("ix_workflows_project", "workflows", ["project_id", "created_at", "id"])
    op.create_index("ix_workflows_updated", "workflows", ["updated_at"])
    _partial("ix_workflows_look", "workflows", ["look_at"], "look_at IS NOT NULL")


def _nodes() -> None:
    workflow = sa.ForeignKey("workflows.id", ondelete="CASCADE")
    op.create_table(
        "workflow_nodes",
        sa.Column("workflow_id", sa.String(36), workflow, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("after", sa.Integer),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("on_failure", sa.String(10)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("broken_by", sa.String(200)),
        sa.Column("job_id", ID),
        sa.Column("payload", Json),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("workflow_id", "number"),
    )
    op.create_index("ix_workflow_nodes_key", "workflow_nodes", ["workflow_id", "key"], unique=True)
    op.create_index("ix_workflow_nodes_after", "workflow_nodes", ["workflow_id", "after"])
    _partial("ix_workflow_nodes_open", "workflow_nodes", ["workflow_id", "parent"], "state = 'open'")
    _partial("ix_workflow_nodes_job", "workflow_nodes", ["job_id"], "job_id IS NOT NULL")


def downgrade() -> None:
    op.drop_table("workflow_nodes")
    op.drop_table("workflows")
    op.drop_index("ix_jobs_workflow", "jobs")
    op.drop_column("jobs", "node_key")
    op.drop_column("jobs", "workflow_id")
