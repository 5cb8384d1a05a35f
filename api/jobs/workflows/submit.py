"""Submitting a workflow: all its rows in one transaction, those of the jobs that may start at once among them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock, ids
from core.contracts import Contract
from core.db import Base, is_postgresql
from jobs.models import Job
from jobs.orders import Order, row_of, unstarted
from jobs.payloads import checked_size, payload_hash_of
from jobs.states import JobState
from jobs.submit import KeyReused
from jobs.workflows.models import NodeKind, NodeState, Workflow, WorkflowNode, WorkflowState
from jobs.workflows.plan import PlannedNode, plan
from jobs.workflows.spec import WorkflowSpec


@dataclass(frozen=True)
class SubmittedWorkflow:
    """`created` is false when the idempotency key led to one that was there before."""

    id: str
    state: WorkflowState
    jobs: int
    created: bool = True


def submit_workflow(session: Session, spec: WorkflowSpec, *, by: str | None = None) -> SubmittedWorkflow:
    """All of it or nothing. Raises what plan raises, PayloadTooLarge and KeyReused."""
    nodes = plan(spec.root)
    workflow = _workflow_row(spec, nodes, by)
    if not _insert_workflow(session, workflow):
        return _earlier(session, workflow)
    job_ids = {node.number: ids.new_id() for node in nodes if node.kind is NodeKind.JOB}
    insert_rows(session, WorkflowNode, [_node_row(workflow["id"], node, job_ids) for node in nodes])
    jobs = [node for node in nodes if node.kind is NodeKind.JOB]
    insert_rows(session, Job, [_job_row(session, workflow, node, job_ids[node.number]) for node in jobs])
    return SubmittedWorkflow(workflow["id"], WorkflowState.RUNNING, len(jobs))


def insert_rows(session: Session, model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """One statement for all that have the same columns: the mapper would begin a new one wherever a null is."""
    alike: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault(frozenset(row), []).append(row)
    for some in alike.values():
        session.execute(insert(cast("Table", model.__table__)), some)


def _workflow_row(spec: WorkflowSpec, nodes: list[PlannedNode], by: str | None) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": ids.new_id(),
        "name": spec.name,
        "state": WorkflowState.RUNNING,
        "project_id": spec.project_id,
        "idempotency_key": spec.idempotency_key,
        "submit_key": _submit_key(spec),
        "spec_hash": hashlib.sha256(orjson.dumps(spec.model_dump(mode="json", include={"name", "root"}))).hexdigest(),
        "submitted_by": by,
        "jobs": sum(node.kind is NodeKind.JOB for node in nodes),
        "ended": 0,
        "failed": 0,
        "created_at": now,
        "updated_at": now,
    }


def _submit_key(spec: WorkflowSpec) -> str | None:
    if spec.idempotency_key is None:
        return None
    return hashlib.sha256(orjson.dumps([spec.project_id, spec.idempotency_key])).hexdigest()


def _insert_workflow(session: Session, row: dict[str, Any]) -> bool:
    """False when its key is taken."""
    dialect = postgresql if is_postgresql(session) else sqlite
    statement = dialect.insert(Workflow).values(**row).on_conflict_do_nothing(index_elements=["submit_key"])
    return session.scalar(statement.returning(Workflow.id)) is not None


def _earlier(session: Session, row: dict[str, Any]) -> SubmittedWorkflow:
    found = session.scalars(select(Workflow).where(Workflow.submit_key == row["submit_key"])).one()
    if found.spec_hash != row["spec_hash"]:
        raise KeyReused(f"The idempotency key {row['idempotency_key']!r} was used before with another workflow.")
    return SubmittedWorkflow(found.id, WorkflowState(found.state), found.jobs, created=False)


def _node_row(workflow_id: str, node: PlannedNode, job_ids: dict[int, str]) -> dict[str, Any]:
    return {
        "workflow_id": workflow_id,
        "number": node.number,
        "last": node.last,
        "parent": node.parent,
        "after": node.after,
        "key": node.key,
        "kind": node.kind,
        "on_failure": node.on_failure,
        "state": NodeState.OPEN,
        "job_id": job_ids.get(node.number),
        "payload": node.payload if node.references else None,
    }


def _job_row(session: Session, workflow: dict[str, Any], node: PlannedNode, job_id: str) -> dict[str, Any]:
    assert node.contract is not None
    of_node = {"project_id": workflow["project_id"], "submitted_by": workflow["submitted_by"]}
    of_node |= {"workflow_id": workflow["id"], "node_key": node.key, "job_id": job_id}
    if node.parsed is None:
        return unresolved_row(node.contract, node.payload, **of_node)
    return row_of(
        session, Order(contract=node.contract, payload=node.parsed, waiting=node.after is not None, **of_node)
    )


def unresolved_row(contract: Contract, written: dict[str, Any], *, job_id: str, **values: Any) -> dict[str, Any]:
    """A payload that refers to results is stored as it was written, until they are there. Raises PayloadTooLarge."""
    payload = {"payload": checked_size(written), "payload_hash": payload_hash_of(written)}
    return unstarted(contract, job_id, clock.now()) | payload | values | {"state": JobState.WAITING}
