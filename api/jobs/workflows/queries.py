"""Reading workflows: lists, and one as a graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from core.http import Page, page_of
from jobs.models import Job
from jobs.workflows.models import NodeKind, Workflow, WorkflowNode, WorkflowState

N = WorkflowNode


@dataclass(frozen=True, kw_only=True)
class WorkflowFilter:
    """What a list is narrowed to; `q` is part of the name, or an id."""

    states: Sequence[WorkflowState] = ()
    project_id: str | None = None
    q: str | None = None


def list_workflows(session: Session, wanted: WorkflowFilter, *, cursor: str | None, limit: int) -> Page[Workflow]:
    """Newest first. Raises BadCursor."""
    found = select(Workflow)
    if wanted.states:
        found = found.where(Workflow.state.in_(wanted.states))
    if wanted.project_id is not None:
        found = found.where(Workflow.project_id == wanted.project_id)
    if wanted.q:
        found = found.where((Workflow.id == wanted.q) | Workflow.name.icontains(wanted.q, autoescape=True))
    return page_of(session, found, by=(Workflow.created_at, Workflow.id), cursor=cursor, limit=limit)


def started_at(session: Session, workflow_ids: Sequence[str]) -> dict[str, datetime]:
    """When the first of its jobs was begun."""
    first = select(Job.workflow_id, func.min(Job.started_at)).where(Job.workflow_id.in_(workflow_ids))
    rows = session.execute(first.where(Job.started_at.is_not(None)).group_by(Job.workflow_id))
    return {workflow_id: moment for workflow_id, moment in rows if workflow_id and moment}


@dataclass(frozen=True)
class Graph:
    """`nodes` in the order in which they were written down, each with its newest job's columns."""

    nodes: Sequence[Row[Any]]
    edges: Sequence[tuple[str, str]]


JOB = (Job.task, Job.queue, Job.attempt, Job.progress, Job.error, Job.created_at, Job.queued_at, Job.started_at)
NODE = (N.number, N.last, N.parent, N.after, N.key, N.kind, N.on_failure, N.state, N.job_id)


def graph_of(session: Session, workflow_id: str) -> Graph:
    """One query; edges go from job to job, through the end of a group where there is one between them."""
    ended = func.coalesce(Job.ended_at, N.ended_at).label("ended_at")
    found = select(*NODE, *JOB, Job.state.label("job_state"), ended).outerjoin(Job, Job.id == N.job_id)
    nodes = session.execute(found.where(N.workflow_id == workflow_id).order_by(N.number)).all()
    return Graph(nodes, _edges(nodes))


def _edges(nodes: Sequence[Row[Any]]) -> list[tuple[str, str]]:
    exits = _exits(nodes)
    edges = []
    for node in nodes:
        if node.kind == NodeKind.JOB and node.after is not None:
            edges.append((exits[node.after], node.key))
        if node.parent is not None and nodes[node.parent].kind == NodeKind.GROUP:
            edges.append((exits[node.number], nodes[node.parent].key))
    return edges


def _exits(nodes: Sequence[Row[Any]]) -> list[str]:
    """Where each node ends: a job and a group in themselves, a chain and a chord in their last step."""
    exits = [node.key for node in nodes]
    for node in reversed(nodes):
        if node.parent is not None:
            parent = nodes[node.parent]
            if parent.kind in {NodeKind.CHAIN, NodeKind.CHORD} and parent.last == node.last:
                exits[parent.number] = exits[node.number]
    return exits
