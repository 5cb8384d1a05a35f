"""Workflows as the API shows them. The panel's graph is drawn from these names."""

from collections import Counter
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from jobs.states import JobState
from jobs.workflows.models import NodeKind, NodeState, OnFailure, Workflow, WorkflowState
from jobs.workflows.queries import Graph
from web.routes.schemas import EXAMPLE_ID, JobErrorOut, ProgressOut


class WorkflowAccepted(BaseModel):
    workflow_id: str = Field(examples=[EXAMPLE_ID])
    state: WorkflowState = Field(examples=["running"])
    created: bool = Field(description="False when the idempotency key led to one that was there before.")


class WorkflowOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str = Field(examples=[EXAMPLE_ID])
    name: str = Field(examples=["nightly"])
    state: WorkflowState = Field(examples=["running"])
    project_id: str | None
    jobs: int = Field(description="How many there are.", examples=[12])
    ended: int = Field(description="How many of them have ended, whichever way.", examples=[7])
    failed: int = Field(description="How many of them have failed.", examples=[0])
    cancel_requested: bool
    submitted_by: str | None
    idempotency_key: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, workflow: Workflow, started_at: datetime | None) -> "WorkflowOut":
        made: dict[str, Any] = {
            "cancel_requested": workflow.cancel_requested_at is not None,
            "started_at": started_at,
        }
        return cls(**{name: getattr(workflow, name) for name in cls.model_fields if name not in made}, **made)


class NodeOut(BaseModel):
    """One job of the graph. What its job's row told is null when that was deleted with the history."""

    key: str = Field(examples=["summary"])
    job_id: str
    task: str | None
    queue: str | None
    state: JobState
    container: str | None = Field(description="The id of the container it is in.")
    attempt: int
    progress: ProgressOut | None
    error: JobErrorOut | None
    created_at: datetime | None
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


class EdgeOut(BaseModel):
    """From and to a node's key, or the id of a group: its end, where its members meet."""

    source: str
    target: str


class ContainerOut(BaseModel):
    """A chain, group or chord around nodes. A chord holds the group of its members, and its body."""

    id: str = Field(examples=["all"])
    type: NodeKind = Field(examples=["group"])
    label: str = Field(examples=["all"])
    on_failure: OnFailure | None
    parent: str | None = Field(description="The id of the container around it.")
    state: NodeState


class WorkflowGraph(WorkflowOut):
    counts: dict[JobState, int] = Field(description="Its jobs by their state.", examples=[{"running": 2, "waiting": 1}])
    nodes: list[NodeOut]
    edges: list[EdgeOut]
    containers: list[ContainerOut]

    @classmethod
    def drawn(cls, workflow: Workflow, started_at: datetime | None, graph: Graph) -> "WorkflowGraph":
        whole = WorkflowOut.of(workflow, started_at)
        nodes = [_node(row, graph) for row in graph.nodes if row.kind == NodeKind.JOB]
        return cls(
            **dict(whole),
            counts=Counter(node.state for node in nodes),
            nodes=nodes,
            edges=[EdgeOut(source=source, target=target) for source, target in graph.edges],
            containers=[_container(row, graph) for row in graph.nodes if row.kind != NodeKind.JOB],
        )


def _around(row: Row[Any], graph: Graph) -> str | None:
    return None if row.parent is None else str(graph.nodes[row.parent].key)


NODE_COLUMNS = ("key", "job_id", "task", "queue", "progress", "error")
NODE_TIMES = ("created_at", "queued_at", "started_at", "ended_at")


def _node(row: Row[Any], graph: Graph) -> NodeOut:
    """A job that was deleted with the history had ended."""
    columns = {name: getattr(row, name) for name in (*NODE_COLUMNS, *NODE_TIMES)}
    state = JobState(row.job_state or row.state)
    return NodeOut(**columns, state=state, attempt=row.attempt or 0, container=_around(row, graph))


def _container(row: Row[Any], graph: Graph) -> ContainerOut:
    around = _around(row, graph)
    labelled = {"id": row.key, "label": row.key, "type": row.kind, "on_failure": row.on_failure}
    return ContainerOut(**labelled, parent=around, state=row.state)
