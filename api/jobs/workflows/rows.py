"""The rows of one workflow, read and written under its lock. Rows of jobs that somebody else holds are passed over."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from core import clock
from core.contracts import Contract, catalog
from core.db import changed, is_postgresql
from core.errors import AppError
from jobs.models import Job
from jobs.states import FINAL, ErrorKind, JobState
from jobs.submit import ROWS_PER_STATEMENT, Order, payload_hash, stored_payload
from jobs.workflows.models import NodeKind, NodeState, OnFailure, Workflow, WorkflowNode
from jobs.workflows.values import Values

N = WorkflowNode
Node = Any  # a row with COLUMNS
COLUMNS = (N.number, N.last, N.parent, N.after, N.key, N.kind, N.on_failure, N.state, N.broken_by)
OPEN = N.state == NodeState.OPEN
# What was begun before may have children, or an attempt that is to go on: it is cancelled one by one.
UNBEGUN = Job.state.in_((JobState.WAITING, JobState.QUEUED, JobState.SCHEDULED)) & (Job.attempt == 0)


class NodeRows:
    def __init__(self, session: Session, workflow: Workflow) -> None:
        self._session = session
        self._workflow = workflow
        self._values = Values(session, workflow.id)
        self._now = clock.now()
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
        self._workflow.look_at = self._now

    def _count(self, ended: int, *, failed: bool = False) -> None:
        self._workflow.ended += ended
        self._workflow.failed += failed
        self._workflow.updated_at = self._now

    # Catching up

    def jobs_ended_unnoticed(self) -> list[tuple[str, str]]:
        ended = select(Job.id, Job.state).select_from(N).join(Job, Job.id == N.job_id).order_by(N.number)
        final = Job.state.in_(FINAL)
        return [(row.id, row.state) for row in self._session.execute(ended.where(self._ours, OPEN, final))]

    def stopped_chains(self) -> list[tuple[Node, Node]]:
        """Chains that are open although a step of theirs has not succeeded, with that step."""
        chain = aliased(N)
        of_chain = (chain.workflow_id == N.workflow_id) & (chain.number == N.parent)
        bad = N.state.in_((NodeState.FAILED, NodeState.CANCELLED)) & N.on_failure.is_distinct_from(OnFailure.COLLECT)
        stopped = select(N.number, chain.number).join(chain, of_chain & (chain.state == NodeState.OPEN))
        stopped = stopped.where(self._ours, bad, chain.kind.in_((NodeKind.CHAIN, NodeKind.CHORD)))
        return [(self.node(parent), self.node(step)) for step, parent in self._session.execute(stopped).all()]

    # Starting

    def ready(self) -> Sequence[int | None]:
        """The nodes whose end lets some job start that still waits; None stands for the beginning."""
        before = aliased(N)
        through = or_(before.state == NodeState.SUCCEEDED, before.on_failure == OnFailure.COLLECT)
        ended = exists().where(
            before.workflow_id == N.workflow_id, before.number == N.after, before.state != NodeState.OPEN, through
        )
        waiting = self._waiting(N.after).where(or_(N.after.is_(None), ended))
        return list(self._session.scalars(waiting.distinct()))

    def release(self, after: int | None) -> list[str]:
        """Answers the jobs that failed instead, because what they refer to is not there."""
        mine = N.after.is_(None) if after is None else N.after == after
        plain = self._waiting(Job.id).where(mine, N.payload.is_(None))
        queued = {"state": JobState.QUEUED, "queued_at": self._now, "updated_at": self._now}
        self._change(plain, queued)
        referring = self._waiting(N.number, N.payload, Job.id, Job.task, Job.project_id).where(mine)
        rows = self._session.execute(self._unheld(referring.order_by(N.number))).all()
        failed = self._release_resolved(rows, queued)
        if self._session.scalar(select(self._waiting(Job.id).where(mine).exists())):
            self.look_again()
        return failed

    def _waiting(self, *columns: Any) -> Select[Any]:
        joined = select(*columns).select_from(N).join(Job, Job.id == N.job_id)
        return joined.where(self._ours, OPEN, Job.state == JobState.WAITING)

    def _unheld(self, jobs: Select[Any]) -> Select[Any]:
        return jobs.with_for_update(of=Job, skip_locked=True) if is_postgresql(self._session) else jobs

    def _release_resolved(self, rows: Sequence[Node], queued: dict[str, Any]) -> list[str]:
        """Answers those that failed. One whose task this process does not know is left to another process."""
        released, failed = [], []
        for row in rows:
            contract = catalog.find(row.task)
            if contract is None:
                continue
            try:
                released.append({"id": row.id} | self._resolved(row, contract) | queued)
            except AppError as error:
                self._fail(row.id, error)
                failed.append(row.id)
        if released:
            self._session.execute(update(Job), released)
        return failed

    def _resolved(self, row: Node, contract: Contract) -> dict[str, Any]:
        payload = contract.parse(self._values.put_into(row.payload, row.number))
        order = Order(contract=contract, payload=payload)
        return {
            "payload": stored_payload(self._session, order, row.id),
            "payload_hash": payload_hash(payload),
            "project_id": row.project_id or getattr(payload, "project_id", None),
        }

    def _fail(self, job_id: str, error: AppError) -> None:
        details = "; ".join(f"{one.field}: {one.message}" for one in error.fields)
        told = {"class_name": error.code, "message": f"{error.message} {details}".strip(), "kind": ErrorKind.INVALID}
        values = {"state": JobState.FAILED, "error": told, "ended_at": self._now, "updated_at": self._now}
        self._session.execute(update(Job).where(Job.id == job_id).values(**values))

    # Stopping

    def cancel_unbegun(self, first: int, last: int, why: str) -> list[str]:
        """Answers the jobs that ended; a container without an open job is closed with them."""
        inside = self._ours & N.number.between(first, last) & (OPEN)
        ended = self._cancel_jobs(inside, why)
        closing = {"state": NodeState.CANCELLED, "ended_at": self._now}
        cancelled = exists().where(Job.id == N.job_id, Job.state == JobState.CANCELLED)
        self._count(changed(self._session, update(N).where(inside, cancelled).values(**closing)))
        below = aliased(N)
        open_below = exists().where(
            below.workflow_id == self._workflow.id,
            below.number > N.number,
            below.number <= N.last,
            below.kind == NodeKind.JOB,
            below.state == NodeState.OPEN,
        )
        self._session.execute(update(N).where(inside, N.kind != NodeKind.JOB, ~open_below).values(**closing))
        if self._session.scalar(select(exists().where(inside))):
            self.look_again()
        return ended

    def _cancel_jobs(self, inside: ColumnElement[bool], why: str) -> list[str]:
        found = select(Job.id).select_from(N).join(Job, Job.id == N.job_id).where(inside, UNBEGUN)
        error = {"class_name": "NotRun", "message": f"It was not run: {why}.", "kind": ErrorKind.PERMANENT}
        values = {"state": JobState.CANCELLED, "error": error, "ended_at": self._now, "updated_at": self._now}
        return self._change(found, values)

    def _change(self, jobs: Select[Any], values: dict[str, Any]) -> list[str]:
        """Answers which they are. By their ids: over a fresh table PostgreSQL would run a subquery for each row."""
        found = list(self._session.scalars(self._unheld(jobs)))
        for start in range(0, len(found), ROWS_PER_STATEMENT):
            some = update(Job).where(Job.id.in_(found[start : start + ROWS_PER_STATEMENT]))
            self._session.execute(some.values(**values), execution_options={"synchronize_session": False})
        return found
