"""The results that a node's payload refers to, read in the transaction that lets it start."""

from collections.abc import Sequence, Set
from string import digits
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, and_, case, cast, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from core.db import is_postgresql
from core.portions import ROWS_PER_STATEMENT, portions
from jobs.models import Job
from jobs.payloads import RESOLVED_LIMIT, PayloadTooLarge, size_of
from jobs.workflows.models import NodeKind, NodeState, OnFailure, WorkflowNode
from jobs.workflows.references import NoResult, NotResolved, Reference, references_in, value_at, with_values

N = WorkflowNode
STRUCTURE = (N.number, N.last, N.parent, N.key, N.kind, N.on_failure, N.state)
SURELY_TOO_MUCH = 2 * RESOLVED_LIMIT
TOO_MUCH = f"The results that it refers to are far too much: at most {RESOLVED_LIMIT:,} bytes are taken."
GONE = or_(Job.id.is_(None), Job.result_expired_at.is_not(None)).label("gone")


class Values:
    """Of one workflow; what was read for one node is kept for the next."""

    def __init__(self, session: Session, workflow_id: str) -> None:
        self._session = session
        self._ours = N.workflow_id == workflow_id
        self._subtrees: dict[str, _Subtree] = {}
        self._collecting: list[Row[Any]] | None = None

    def put_into(self, payload: Any, reader: int) -> Any:
        """The payload of the node `reader` with a value for every reference. Raises NotResolved, PayloadTooLarge."""
        references = list(references_in(payload))
        whole = {key for reference in references if not reference.path for key in reference.named}
        self._read({key for reference in references for key in reference.named}, whole)
        room = _Room()
        return with_values(payload, lambda reference: room.taken_by(self._value(reference, reader)))

    def _value(self, reference: Reference, reader: int) -> Any:
        if isinstance(reference.keys, tuple):
            return [self._one_of(key, reference, reader) for key in reference.keys]
        found = self._subtrees[reference.keys]
        if reference.many:
            return found.members(found.root, reference)
        return value_at(found.result(found.root, reference), reference)

    def _one_of(self, key: str, reference: Reference, reader: int) -> Any:
        found = self._subtrees[key]
        if self._collected(found.root.number, reader):
            return found.outcome(found.root)
        return found.result(found.root, reference)

    def _collected(self, number: int, reader: int) -> bool:
        """It is inside a group that goes on after failures, and that ended before the reader starts."""
        if self._collecting is None:
            groups = select(N.number, N.last).where(self._ours, N.on_failure == OnFailure.COLLECT)
            self._collecting = list(self._session.execute(groups))
        return any(group.number < number <= group.last < reader for group in self._collecting)

    def _read(self, keys: Set[str], whole: Set[str]) -> None:
        """Thousands of jobs may be named one by one: they are read together. What is too much is not read at all."""
        size = 0
        for some in portions(sorted(keys - self._subtrees.keys()), ROWS_PER_STATEMENT):
            tops = self._tops(some)
            size += self._size([top for top in tops if top.key in whole])
            if size > SURELY_TOO_MUCH:
                raise PayloadTooLarge(TOO_MUCH)
            jobs = N.number.in_([top.number for top in tops if top.number == top.last])
            for row in self._session.execute(self._found(Job.result).where(jobs)):
                self._subtrees[row.key] = _Subtree([row])
            for top in tops:
                if top.number < top.last:
                    self._subtrees[top.key] = self._subtree(top)

    def _tops(self, keys: Sequence[str]) -> list[Row[Any]]:
        found = select(N.key, N.number, N.last, N.kind).where(self._ours, N.key.in_(keys))
        return list(self._session.execute(found))

    def _size(self, tops: Sequence[Row[Any]]) -> int:
        """At least half as many characters they bring: members of a group that are groups or chains are not counted."""
        jobs = N.number.in_([top.number for top in tops if top.kind == NodeKind.JOB])
        groups = [top for top in tops if top.kind == NodeKind.GROUP]
        members = [and_(N.number.between(top.number + 1, top.last), N.parent == top.number) for top in groups]
        return sum(self._size_of(which) for which in (jobs, *members))

    def _size_of(self, which: ColumnElement[bool]) -> int:
        sizes = select(func.sum(_length(self._session))).select_from(N).join(Job, Job.id == N.job_id)
        return self._session.scalar(sizes.where(self._ours, which)) or 0

    def _subtree(self, top: Row[Any]) -> "_Subtree":
        """Without the results of steps that others follow: nobody who names the chain gets them."""
        parent = aliased(N)
        around = and_(parent.workflow_id == N.workflow_id, parent.number == N.parent)
        result = case((or_(parent.kind == NodeKind.GROUP, parent.last == N.last), Job.result), else_=null())
        rows = self._found(result.label("result")).outerjoin(parent, around)
        inside = rows.where(N.number.between(top.number, top.last)).order_by(N.number)
        return _Subtree(list(self._session.execute(inside)))

    def _found(self, result: Any) -> Select[Any]:
        found = select(*STRUCTURE, result, Job.error, GONE).outerjoin(Job, Job.id == N.job_id)
        return found.where(self._ours)


class _Room:
    """Of one payload. A result that it names a thousand times is there a thousand times when it is written out."""

    def __init__(self) -> None:
        self._size = 0

    def taken_by(self, value: Any) -> Any:
        """Raises PayloadTooLarge."""
        self._size += size_of(value)
        if self._size > SURELY_TOO_MUCH:
            raise PayloadTooLarge(TOO_MUCH)
        return value


def _length(session: Session) -> ColumnElement[int]:
    """At most twice the characters of a result's JSON.

    PostgreSQL writes a space behind each comma and colon, and numbers out in full (300 digits for 1e300): digits are
    not counted there.
    """
    text = cast(Job.result, Text)
    return func.length(func.translate(text, digits, "") if is_postgresql(session) else text)


class _Subtree:
    """`rows` are all of its nodes, in the order of their numbers, without a gap."""

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
        return told | {"error": next((one.error for one in self._inside(node) if one.error), None)}

    def _inside(self, node: Row[Any]) -> list[Row[Any]]:
        return self._rows[node.number - self.root.number : node.last - self.root.number + 1]


def _said(state: str) -> str:
    return "was cancelled" if state == NodeState.CANCELLED else state
