"""A workflow's tables: one row for the whole, one for each node of its tree.

Nodes are numbered in the order in which they are written down (preorder), so a subtree is a range of numbers. A node's
one predecessor and its parent are its edges: they grow with the nodes, whatever stands beside and after each other.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Json, UtcDateTime
from core.db import Base
from jobs.models import ID


class WorkflowState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class NodeState(StrEnum):
    """What a node means to those around it; what its job does meanwhile is in the job's row."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class NodeKind(StrEnum):
    JOB = "job"
    CHAIN = "chain"
    GROUP = "group"
    CHORD = "chord"  # a chain of two: the group of its members, and its body


class OnFailure(StrEnum):
    FAIL_FAST = "fail_fast"
    COLLECT = "collect"


class Workflow(Base):
    """`jobs`, `ended` and `failed` count its job nodes. `look_at` is set while something is left for the caretaker."""

    __tablename__ = "workflows"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    project_id: Mapped[str | None] = mapped_column(String(200))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    submit_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    spec_hash: Mapped[str] = mapped_column(String(64))
    submitted_by: Mapped[str | None] = mapped_column(String(200))
    jobs: Mapped[int] = mapped_column(Integer)
    ended: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    cancelled_by: Mapped[str | None] = mapped_column(String(200))
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    look_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


_to_look_at = text("look_at IS NOT NULL")
Index("ix_workflows_created", Workflow.created_at, Workflow.id)
Index("ix_workflows_state", Workflow.state, Workflow.created_at, Workflow.id)
Index("ix_workflows_project", Workflow.project_id, Workflow.created_at, Workflow.id)
Index("ix_workflows_updated", Workflow.updated_at)
Index("ix_workflows_look", Workflow.look_at, sqlite_where=_to_look_at, postgresql_where=_to_look_at)


class WorkflowNode(Base):
    """`last` is the highest number of its subtree. A job may start when the node `after` has ended well.

    `job_id` is the newest job of a job node; `payload` is what is written there while it refers to results.
    """

    __tablename__ = "workflow_nodes"

    workflow_id: Mapped[str] = mapped_column(ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
    parent: Mapped[int | None] = mapped_column(Integer)
    after: Mapped[int | None] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    on_failure: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    broken_by: Mapped[str | None] = mapped_column(String(200))
    job_id: Mapped[str | None] = mapped_column(ID)
    payload: Mapped[Any | None] = mapped_column(Json)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


OPEN_NODE = "state = 'open'"  # word for word, as SQLite wants it
_open, _has_job = text(OPEN_NODE), text("job_id IS NOT NULL")
Index("ix_workflow_nodes_key", WorkflowNode.workflow_id, WorkflowNode.key, unique=True)
Index("ix_workflow_nodes_after", WorkflowNode.workflow_id, WorkflowNode.after)
Index(
    "ix_workflow_nodes_open", WorkflowNode.workflow_id, WorkflowNode.parent, sqlite_where=_open, postgresql_where=_open
)
Index("ix_workflow_nodes_job", WorkflowNode.job_id, sqlite_where=_has_job, postgresql_where=_has_job)
