"""The results that a node's payload refers to, read in the transaction that lets it start."""

from typing import Any

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import Session

from jobs.models import Job
from jobs.workflows.models import NodeKind, NodeState, OnFailure, WorkflowNode
from jobs.workflows.references import NoResult, NotResolved, Reference, value_at, with_values

N = WorkflowNode
STRUCTURE = (N.number, N.last, N.parent, N.key, N.kind, N.on_failure, N.state)
GONE = or_(Job.id.is_(None), Job.result_expired_at.is_not(None)).label("gone")


class Values:
    """Of one workflow; what was read for one node is kept for the next."""

    def __init__(self, session: Session, workflow_id: str) -> None:
        self._session = session
        self._workflow_id = workflow_id
        self._subtrees: dict[str, _Subtree] = {}

    def put_into(self, payload: Any, reader: int) -> Any:
        """The payload of the node `reader` with a value for every reference. Raises NotResolved."""
        return with_values(payload, lambda reference: self._value(reference, reader))

    def _value(self, reference: Reference, reader: int) -> Any:
        if isinstance(reference.keys, tuple):
            return [self._one_of(key, reference, reader) for key in reference.keys]
        found = self._subtree(reference.keys)
        if reference.many:
            return found.members(found.root, reference)
        return value_at(found.result(found.root, reference), reference)

    def _one_of(self, key: str, reference: Reference, reader: int) -> Any:
        found = self._subtree(key)
        if self._collected(found.root.number, reader):
            return found.outcome(found.root)
        return found.result(found.root, reference)

    def _collected(self, number: int, reader: int) -> bool:
        """It is inside a group that goes on after failures, and that ended before the reader starts."""
        around = exists().where(
            N.workflow_id == self._workflow_id,
            N.on_failure == OnFailure.COLLECT,
            N.number < number,
            N.last >= number,
            N.last < reader,
        )
        return bool(self._session.scalar(select(around)))

    def _subtree(self, key: str) -> "_Subtree":
        if key not in self._subtrees:
            self._subtrees[key] = _Subtree(self._rows(key))
        return self._subtrees[key]

    def _rows(self, key: str) -> list[Row[Any]]:
        top = select(N.number, N.last).where(N.workflow_id == self._workflow_id, N.key == key)
        first, last = self._session.execute(top).one()
        inside = select(*STRUCTURE, Job.result, Job.error, GONE).outerjoin(Job, Job.id == N.job_id)
        inside = inside.where(N.workflow_id == self._workflow_id, N.number.between(first, last))
        return list(self._session.execute(inside.order_by(N.number)))


class _Subtree:
    def __init__(self, rows: list[Row[Any]]) -> None:
        self.root = rows[0]
        self._rows = rows
        self._children: dict[int, list[Row[Any]]] = {}
        for row in rows[1:]:
            self._children.setdefault(row.parent, []).append(row)

    def result(self, node: Row[Any], reference: Reference) -> Any:
        """Of a chain its last step's, of a chord its body's, of a group the list. Raises NotResolved."""
        if node.kind == NodeKind.GROUP:
            return self.members(node, reference)
        if node.kind != NodeKind.JOB:
            return self.result(self._children[node.number][-1], reference)
        if node.state != NodeState.SUCCEEDED:
            why = f": {node.error['message']}" if node.error else ""
            raise NoResult(f"{reference.at}: {node.key!r} has no result, it {_said(node.state)}{why}")
        if node.gone:
            raise NotResolved(f"{reference.at}: the result of {node.key!r} is gone, it was not kept so long.")
        return node.result

    def members(self, group: Row[Any], reference: Reference) -> list[Any]:
        members = self._children[group.number]
        if group.on_failure == OnFailure.COLLECT:
            return [self.outcome(member) for member in members]
        return [self.result(member, reference) for member in members]

    def outcome(self, node: Row[Any]) -> dict[str, Any]:
        """One that may have failed: `{"key", "state", "result"}` or `{"key", "state", "error"}`."""
        told = {"key": node.key, "state": node.state}
        if node.state == NodeState.SUCCEEDED:
            return told | {"result": self.result(node, Reference(node.key, node.key))}
        errors = (one.error for one in self._rows if node.number <= one.number <= node.last and one.error)
        return told | {"error": next(errors, None)}


def _said(state: str) -> str:
    return "was cancelled" if state == NodeState.CANCELLED else state
