"""The rows of one workflow, read and written under its lock. Rows of jobs that somebody else holds are passed over."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, text, update
from sqlalchemy.orm import Session

from core import clock
from core.contracts import Contract, catalog
from core.errors import AppError
from core.portions import ROWS_PER_STATEMENT, portions
from jobs.dispatch.bell import ring_once_committed
from jobs.models import NOT_TAKEN, Job
from jobs.orders import Order, stored_payload
from jobs.payloads import RESOLVED_LIMIT, payload_hash
from jobs.states import FINAL, ErrorKind, JobState
from jobs.workflows.job_rows import JobRows
from jobs.workflows.models import OPEN_NODE, NodeKind, NodeState, Workflow
from jobs.workflows.nodes import COLLECTS, COLUMNS, OPEN, PASSED, N, Node
from jobs.workflows.references import NoResult
from jobs.workflows.stopped import Stopped
from jobs.workflows.values import Values

RELEASED_AT_ONCE = 1_000  # jobs in one transaction
CANCELLED_AT_ONCE = 500  # likewise
# What was begun before may have children, or an attempt that is to go on: it is cancelled one by one.
UNBEGUN = Job.state.in_((JobState.WAITING, JobState.QUEUED, JobState.SCHEDULED)) & (Job.attempt == 0)
UNASKED = Job.ended_at.is_(None) & Job.cancel_requested_at.is_(None)


class NodeRows:
    def __init__(self, session: Session, workflow: Workflow) -> None:
        self._session = session
        self._workflow = workflow
        self._jobs = JobRows(session)
        self.stopped = Stopped(session, workflow)
        self._values = Values(session, workflow.id)
        self._now = clock.now()
        self._may_cancel = CANCELLED_AT_ONCE
        self.more_to_release = self.more_to_cancel = self.left_something = False
        self._ours: ColumnElement[bool] = N.workflow_id == workflow.id

    def node(self, number: int) -> Node:
        return self._session.execute(select(*COLUMNS).where(self._ours, N.number == number)).one()

    def child_states(self, container: Node) -> set[str]:
        """One open child says enough, and there may be thousands."""
        children = self._ours & (N.parent == container.number)
        if self._session.scalar(select(exists().where(children, OPEN))):
            return {NodeState.OPEN}
        return set(self._session.scalars(select(N.state).where(children).distinct()))

    def close_job(self, job_id: str, state: NodeState) -> Node | None:
        """None when that was done before, or the node has a newer job."""
        told = update(N).where(self._ours, N.job_id == job_id, OPEN)
        values = {"state": state, "ended_at": self._now}
        node = self._session.execute(told.values(**values).returning(*COLUMNS)).one_or_none()
        if node is not None:
            self._count(1, failed=state is NodeState.FAILED)
        return node

    def close(self, container: Node, state: NodeState) -> None:
        closing = update(N).where(self._ours, N.number == container.number)
        self._session.execute(closing.values(state=state, ended_at=self._now))

    def mark_broken(self, group: Node, by: str) -> None:
        self._session.execute(update(N).where(self._ours, N.number == group.number).values(broken_by=by))

    def look_again(self) -> None:
        """Something could not be done under the lock: the caretaker does it."""
        self._workflow.look_at, self.left_something = self._now, True

    def _count(self, ended: int, *, failed: bool = False) -> None:
        self._workflow.ended += ended
        self._workflow.failed += failed
        self._workflow.updated_at = self._now

    # Catching up

    def jobs_ended_unnoticed(self) -> list[tuple[str, str]]:
        job_ids = [node.job_id for node in self._open_jobs()]
        return [(row.id, row.state) for row in self._jobs.found(job_ids, Job.state.in_(FINAL), Job.state)]

    # Starting

    def ready(self) -> list[int | None]:
        """The nodes whose end lets some job start that still waits; None stands for the beginning."""
        jobs = {node.job_id: node.after for node in self._open_jobs()}
        waiting = {jobs[row.id] for row in self._jobs.found(list(jobs), Job.state == JobState.WAITING)}
        passed = set(self._session.scalars(select(N.number).where(self._ours, PASSED)))
        return [after for after in waiting if after is None or after in passed]

    def ended_early(self) -> Sequence[Node]:
        """Groups that collect, whose turn has come, and that are open though none of their members is: all of these
        were cancelled before."""
        passed = select(N.number).where(self._ours, PASSED).correlate(None)
        return self._ended_early(or_(N.after.is_(None), N.after.in_(passed)))

    def ended_early_after(self, after: int | None) -> Sequence[Node]:
        """Those of them whose turn comes with the end of the node `after`."""
        return self._ended_early(N.after == after)

    def _ended_early(self, turn: ColumnElement[bool]) -> Sequence[Node]:
        groups = _in_order(self._session.execute(select(*COLUMNS).where(self._ours, OPEN, COLLECTS, turn)))
        if not groups:
            return []
        around = N.parent.between(groups[0].number, groups[-1].number)
        going_on = set(self._session.scalars(select(N.parent).where(self._ours, text(OPEN_NODE), around).distinct()))
        return [group for group in groups if group.number not in going_on]

    def release(self, after: int | None) -> list[tuple[str, NodeState]]:
        """Some at once; the caretaker goes on with the rest. Answers the jobs that ended instead, because what they
        refer to is not there."""
        nodes = {node.job_id: node for node in self._waiting_for(after)}
        waiting = Job.state == JobState.WAITING
        held = self._jobs.held(list(nodes), waiting, Job.task, Job.project_id)
        queued = {"state": JobState.QUEUED, "queued_at": self._now, "updated_at": self._now}
        ring_once_committed(self._session)
        self._jobs.change([job.id for job in held if nodes[job.id].payload is None], queued)
        ended = self._release_resolved([(nodes[job.id], job) for job in held if nodes[job.id].payload], queued)
        if len(held) < len(nodes) and self._jobs.found(list(nodes), waiting):
            self.look_again()
        return ended

    def _waiting_for(self, after: int | None) -> Sequence[Node]:
        """On SQLite nobody else writes meanwhile, so there are not too many of them."""
        nodes = self._open_jobs(N.after.is_(None) if after is None else N.after == after)
        if nodes:
            stopped = self.stopped.ranges()
            nodes = [node for node in nodes if not any(first <= node.number <= last for first, last in stopped)]
        if len(nodes) <= RELEASED_AT_ONCE:
            return nodes
        waiting = {row.id for row in self._jobs.found([node.job_id for node in nodes], Job.state == JobState.WAITING)}
        left = [node for node in nodes if node.job_id in waiting]
        if len(left) > RELEASED_AT_ONCE:
            self.more_to_release = True
            self.look_again()
        return left[:RELEASED_AT_ONCE]

    def _open_jobs(self, *conditions: ColumnElement[bool]) -> Sequence[Node]:
        columns = (N.number, N.after, N.job_id, N.payload)
        found = select(*columns).where(self._ours, OPEN, N.kind == NodeKind.JOB, *conditions)
        return _in_order(self._session.execute(found))

    def _release_resolved(
        self, waiting: Sequence[tuple[Node, Any]], queued: dict[str, Any]
    ) -> list[tuple[str, NodeState]]:
        """Answers those that ended. One whose task this process does not know is left to another process."""
        released, ended = [], []
        for node, job in waiting:
            contract = catalog.find(job.task)
            if contract is None:
                self.look_again()
                continue
            try:
                released.append({"id": job.id} | self._resolved(node, job, contract) | queued)
            except AppError as error:
                state = NodeState.CANCELLED if isinstance(error, NoResult) else NodeState.FAILED
                self._jobs.change([job.id], self._failure(error, state))
                ended.append((job.id, state))
        if released:
            self._session.execute(update(Job), released)
        return ended

    def _resolved(self, node: Node, job: Any, contract: Contract) -> dict[str, Any]:
        payload = contract.parse(self._values.put_into(node.payload, node.number))
        order = Order(contract=contract, payload=payload, payload_limit=RESOLVED_LIMIT)
        return {
            "payload": stored_payload(self._session, order, job.id),
            "payload_hash": payload_hash(payload),
            "project_id": job.project_id or getattr(payload, "project_id", None),
        }

    def _failure(self, error: AppError, state: NodeState) -> dict[str, Any]:
        """Where something before it did not succeed, it has not failed itself: it was not run."""
        details = "; ".join(f"{one.field}: {one.message}" for one in error.fields)
        told = {"class_name": error.code, "message": f"{error.message} {details}".strip(), "kind": ErrorKind.INVALID}
        return {"state": JobState(state), "error": told, "ended_at": self._now, "updated_at": self._now}

    # Stopping

    def cancel_unbegun(self, first: int, last: int, why: str) -> list[str]:
        """Some at once; the caretaker goes on with the rest. Answers the jobs that ended; a container without an open
        job is closed with them."""
        inside = N.number.between(first, last)
        nodes = {node.job_id: node.number for node in self._open_jobs(inside)}
        error = {"class_name": "NotRun", "message": f"It was not run: {why}.", "kind": ErrorKind.PERMANENT}
        values = {"state": JobState.CANCELLED, "error": error, "ended_at": self._now, "updated_at": self._now}
        ended = [job.id for job in self._jobs.held(list(nodes), UNBEGUN, enough=self._may_cancel)]
        self._jobs.change(ended, values | NOT_TAKEN)
        self._may_cancel -= len(ended)
        still_open = sorted(set(nodes.values()) - {nodes[job_id] for job_id in ended})
        containers = select(N.number, N.last).where(self._ours, OPEN, N.kind != NodeKind.JOB, inside)
        over = [node.number for node in self._session.execute(containers) if not _any_in(still_open, node)]
        self._close_cancelled([*(nodes[job_id] for job_id in ended), *over])
        self._count(len(ended))
        self._ask_for_a_look(list(nodes.keys() - ended))
        return ended

    def _ask_for_a_look(self, still_open: list[str]) -> None:
        """Jobs that were asked to stop are waited for: until they end, a look would find nothing to do."""
        if still_open and self._may_cancel == 0:
            self.more_to_cancel = True
            self.look_again()
        elif self._jobs.found(still_open, UNBEGUN | UNASKED):
            self.look_again()

    def _close_cancelled(self, numbers: list[int]) -> None:
        for some in portions(numbers, ROWS_PER_STATEMENT):
            closing = update(N).where(self._ours, N.number.in_(some))
            self._session.execute(closing.values(state=NodeState.CANCELLED, ended_at=self._now))


def _in_order(nodes: Iterable[Node]) -> list[Node]:
    """Here and not by the database: for the sake of the order, SQLite goes through the whole workflow for one node."""
    return sorted(nodes, key=attrgetter("number"))


def _any_in(numbers: list[int], container: Node) -> bool:
    """`numbers` are sorted."""
    return bisect_left(numbers, container.number) < bisect_right(numbers, container.last)
