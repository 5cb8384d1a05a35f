"""Going on from where a workflow failed: final is final, so what did not succeed gets new jobs."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.contracts import catalog
from core.errors import Conflict
from jobs.follow_up import follow_up_ended
from jobs.models import Job
from jobs.orders import Order, row_of
from jobs.payloads import RESOLVED_LIMIT
from jobs.workflows.advance import Step, passed
from jobs.workflows.models import NodeKind, NodeState, Workflow, WorkflowState
from jobs.workflows.nodes import N, Node
from jobs.workflows.orders import lock_workflow
from jobs.workflows.submit import insert_rows, unresolved_row


class StillRunning(Conflict):
    """The workflow has not ended yet: cancel it first."""


class NothingToRetry(Conflict):
    """The workflow has succeeded: there is nothing to run again."""


class HistoryGone(Conflict):
    """Jobs of this workflow were deleted with the history."""


COLUMNS = (N.number, N.last, N.parent, N.key, N.kind, N.on_failure, N.state, N.job_id)


def retry_workflow(session: Session, workflow_id: str, *, by: str) -> tuple[Workflow, int]:
    """Answers how many jobs run again. Raises UnknownWorkflow, StillRunning, NothingToRetry."""
    workflow = lock_workflow(session, workflow_id)
    if workflow.state == WorkflowState.RUNNING:
        raise StillRunning
    if workflow.state == WorkflowState.SUCCEEDED:
        raise NothingToRetry
    tree = _Tree(session.execute(select(*COLUMNS).where(N.workflow_id == workflow_id).order_by(N.number)).all())
    numbers = list(tree.to_reopen(tree.nodes[0]))
    jobs = _reopen(session, workflow, tree, numbers, by)
    _running_again(workflow, tree, numbers)
    step = Step(session, workflow)
    step.start_all_ready()
    session.flush()
    follow_up_ended(session, step.ended)
    return workflow, jobs


class _Tree:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._children: dict[int, list[Node]] = {}
        for node in nodes[1:]:
            self._children.setdefault(node.parent, []).append(node)

    def to_reopen(self, node: Node) -> Iterator[int]:
        """The numbers of all that runs again in this subtree, its containers included."""
        if node.state == NodeState.SUCCEEDED:
            return
        yield node.number
        children = self._children.get(node.number, [])
        if node.kind in {NodeKind.CHAIN, NodeKind.CHORD}:
            children = children[self._first_again(children) :]
        for child in children:
            yield from self.to_reopen(child)

    def _first_again(self, steps: list[Node]) -> int:
        """The step that stopped the chain, and before it the groups whose failures nothing has been built on."""
        first = next(at for at, step in enumerate(steps) if not passed(step) or at == len(steps) - 1)
        while first and steps[first - 1].state != NodeState.SUCCEEDED and not self._has_results(steps[first]):
            first -= 1
        return first

    def _has_results(self, step: Node) -> bool:
        """They are kept, and are made of what stood before the step then."""
        inside = self.nodes[step.number : step.last + 1]
        return any(node.kind == NodeKind.JOB and node.state == NodeState.SUCCEEDED for node in inside)


def _reopen(session: Session, workflow: Workflow, tree: _Tree, numbers: list[int], by: str) -> int:
    fresh = {number: ids.new_id() for number in numbers if tree.nodes[number].kind == NodeKind.JOB}
    insert_rows(session, Job, _new_jobs(session, workflow, tree, fresh, by))
    reopened = {"state": NodeState.OPEN, "ended_at": None, "broken_by": None}
    session.execute(
        update(N),
        [{"workflow_id": workflow.id, "number": number, "job_id": fresh.get(number), **reopened} for number in numbers],
    )
    return len(fresh)


def _running_again(workflow: Workflow, tree: _Tree, numbers: list[int]) -> None:
    again = set(numbers)
    kept = [node for node in tree.nodes if node.kind == NodeKind.JOB and node.number not in again]
    workflow.state, workflow.ended_at, workflow.updated_at = WorkflowState.RUNNING, None, clock.now()
    workflow.cancel_requested_at = workflow.cancelled_by = workflow.look_at = None
    workflow.ended = len(kept)
    workflow.failed = sum(node.state == NodeState.FAILED for node in kept)


def _new_jobs(
    session: Session, workflow: Workflow, tree: _Tree, fresh: dict[int, str], by: str
) -> Iterator[dict[str, Any]]:
    """All of them waiting. Raises HistoryGone, UnknownTask, InvalidPayload."""
    written = select(N.number, N.payload, Job.id, Job.task, Job.payload.label("resolved"))
    written = written.join(Job, Job.id == N.job_id).where(N.workflow_id == workflow.id)
    old = {row.number: row for row in session.execute(written) if row.number in fresh}
    common = {"project_id": workflow.project_id, "workflow_id": workflow.id, "submitted_by": by}
    for number, job_id in fresh.items():
        if number not in old:
            raise HistoryGone(f"The job of {tree.nodes[number].key!r} was deleted with the history: submit it anew.")
        of_node = {"node_key": tree.nodes[number].key, "job_id": job_id, "retry_of": old[number].id}
        yield _job_row(session, old[number], of_node | common)


def _job_row(session: Session, old: Node, of_node: dict[str, Any]) -> dict[str, Any]:
    contract = catalog.get(old.task)
    if old.payload is not None:
        return unresolved_row(contract, old.payload, **of_node)
    payload = contract.parse(old.resolved)
    order = Order(contract=contract, payload=payload, payload_limit=RESOLVED_LIMIT, waiting=True, **of_node)
    return row_of(session, order)
