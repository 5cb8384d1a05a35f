"""What the end of a job means for its workflow: who may start, who need not, whether all of it has ended.

It happens in the transaction that ends the job, under a lock on the workflow's row. Two parts that end together are
thus seen one after the other, and the second sees what the first has written. Nobody waits for a job's row while
holding that lock, since the one who holds that row may be waiting for the lock: such rows are passed over, and the
caretaker looks at them again (`look_at`).
"""

from collections import deque

import structlog
from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.patience import is_trouble
from jobs.states import JobState
from jobs.workflows.models import NodeKind, NodeState, OnFailure, Workflow, WorkflowState
from jobs.workflows.nodes import Node
from jobs.workflows.rows import NodeRows

log = structlog.get_logger(__name__)

STEPS = 50  # that could not start, in one transaction


def advance(session: Session, workflow_id: str, job_id: str, state: JobState) -> list[str]:
    """Answers the jobs that ended in consequence. A fault in here keeps no job from ending: it is looked at later."""
    try:
        with session.begin_nested():
            workflow = locked(session, workflow_id)
            if workflow is None:
                return []
            step = Step(session, workflow)
            step.job_ended(job_id, NodeState(state))
            return step.ended
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if isinstance(error, DBAPIError) and is_trouble(error):
            raise
        log.exception("a workflow did not go on", workflow_id=workflow_id, job_id=job_id)
        session.execute(update(Workflow).where(Workflow.id == workflow_id).values(look_at=clock.now()))
        return []


def locked(session: Session, workflow_id: str) -> Workflow | None:
    """The lock under which everything about the workflow is decided."""
    found = select(Workflow).where(Workflow.id == workflow_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


class Step:
    """One step of one workflow, whose row the caller has locked. `ended` collects the jobs that end with it."""

    def __init__(self, session: Session, workflow: Workflow) -> None:
        self._session = session
        self._workflow = workflow
        self._rows = NodeRows(session, workflow)
        self._culprit = ""  # in consequence of whose end others do not run; none when it succeeded
        self._not_started: deque[tuple[str, NodeState]] = deque()
        self._ended_early: deque[Node] = deque()
        self.ended: list[str] = []

    def job_ended(self, job_id: str, state: NodeState) -> None:
        """Nothing happens when the node was told before, or has a newer job."""
        self._job_ended(job_id, state)
        self._follow()

    def _job_ended(self, job_id: str, state: NodeState) -> None:
        node = self._rows.close_job(job_id, state)
        if node is None:
            return
        self._culprit = "" if state is NodeState.SUCCEEDED else fault(node)
        self._go_up(node, state)

    @property
    def more_to_start(self) -> bool:
        """Too many may start for one transaction: the next look goes on with them."""
        return self._rows.more_to_release

    @property
    def more_to_cancel(self) -> bool:
        """Likewise."""
        return self._rows.more_to_cancel

    @property
    def left_something(self) -> bool:
        """That is too much for one transaction, or in somebody else's hands."""
        return self._rows.left_something

    def start_all_ready(self) -> None:
        for after in self._rows.ready():
            self._start(after)
        self._ended_early += self._rows.ended_early()
        self._follow()

    def _start(self, after: int | None) -> None:
        """Lets the jobs start that wait for the node `after`, or for nothing."""
        ended = self._rows.release(after)
        self.ended += [job_id for job_id, _ in ended]
        self._not_started += ended
        self._ended_early += self._rows.ended_early_after(after)

    def _follow(self) -> None:
        """What could not start ends, and so do groups whose turn has come too late. Each may be followed by the next in
        a chain of thousands: not all of them in one transaction."""
        for _ in range(STEPS):
            if self._not_started:
                self._job_ended(*self._not_started.popleft())
            elif self._ended_early:
                self._close_in_its_turn(self._ended_early.popleft())
            else:
                return
        if self._not_started or self._ended_early:
            self._rows.look_again()

    def _close_in_its_turn(self, group: Node) -> None:
        state = self._state_of_group(group)
        if state is not None:
            self._culprit = ""
            self._rows.close(group, state)
            self._go_up(group, state)

    def stop(self, first: int, last: int, why: str = "") -> None:
        """Ends what has not begun in this range of nodes; what has begun, and what is too much for one transaction, is
        left to the caretaker. `why` counts where nothing around the range was stopped before."""
        self.ended += self._rows.cancel_unbegun(first, last, self._rows.stopped.why(first) or why)

    def stop_all(self) -> None:
        root = self._rows.node(0)
        self.stop(root.number, root.last)
        if self._rows.node(0).state != NodeState.OPEN:
            self._end_workflow(NodeState.CANCELLED)

    def catch_up(self) -> None:
        """Whatever was passed over, or went wrong, since the last step. While there is more to cancel, that alone: each
        of the other questions is about all that is open."""
        self._go_on_stopping()
        if self.more_to_cancel:
            return
        for job_id, state in self._rows.jobs_ended_unnoticed():
            self.job_ended(job_id, NodeState(state))
        self.start_all_ready()

    def _go_on_stopping(self) -> None:
        if self._workflow.cancel_requested_at is not None and self._workflow.state == WorkflowState.RUNNING:
            self.stop_all()
        if self.more_to_cancel:
            return
        for group in self._rows.stopped.groups():
            self._go_on_stopping_in(group, group.number + 1, group.broken_by)
        for chain, step in self._rows.stopped.chains():
            self._go_on_stopping_in(chain, step.last + 1, fault(step))

    def _go_on_stopping_in(self, container: Node, first: int, why: str) -> None:
        self._culprit = why
        self.stop(first, container.last, why)
        state = self._state_of_container(container)
        if state is not None:
            self._rows.close(container, state)
            self._go_up(container, state)

    def _go_up(self, node: Node, state: NodeState) -> None:
        while node.parent is not None:
            if state is not NodeState.SUCCEEDED:
                self._blame(node)
            parent = self._rows.node(node.parent)
            over = self._in_group(parent, state) if parent.kind == NodeKind.GROUP else self._in_chain(parent, node)
            if over is None:
                return
            self._rows.close(parent, over)
            node, state = parent, over
        self._end_workflow(state)

    def _blame(self, node: Node) -> None:
        """For a node that did not succeed. A group names who broke it, whoever ended last in there."""
        self._culprit = node.broken_by or self._culprit or fault(node)

    def _in_group(self, group: Node, state: NodeState) -> NodeState | None:
        """How the group has ended now; None while it goes on."""
        failing = state is not NodeState.SUCCEEDED and group.on_failure == OnFailure.FAIL_FAST
        if failing and group.broken_by is None:
            self._rows.mark_broken(group, self._culprit)
            self.stop(group.number + 1, group.last, self._culprit)
        return self._state_of_group(group)

    def _state_of_group(self, group: Node) -> NodeState | None:
        """None while it is not its turn, too: somebody may have cancelled all of its members before, and what comes
        after a group that collects starts when it is over."""
        state = self._state_of_container(group)
        early = group.on_failure == OnFailure.COLLECT and state not in (None, NodeState.SUCCEEDED)
        if early and group.after is not None and not passed(self._rows.node(group.after)):
            return None
        return state

    def _in_chain(self, chain: Node, step: Node) -> NodeState | None:
        """Likewise. A later step may have ended before its turn: somebody cancelled it."""
        while True:
            step = self._rows.node(step.number)
            if step.state == NodeState.OPEN or self._rows.node(chain.number).state != NodeState.OPEN:
                return None
            earlier = self._rows.stopped.before(chain, step)
            if earlier is not None:
                self._culprit = fault(earlier)
                return self._state_of_container(chain)
            if not passed(step):
                self._blame(step)
                self.stop(step.last + 1, chain.last, self._culprit)
                return self._state_of_container(chain)
            if step.last == chain.last:
                return NodeState(step.state)
            self._start(step.number)
            self._culprit = ""
            step = self._rows.node(step.last + 1)

    def _state_of_container(self, container: Node) -> NodeState | None:
        """None while a child is open, or when it has been closed already."""
        if self._rows.node(container.number).state != NodeState.OPEN:
            return None
        states = self._rows.child_states(container)
        if NodeState.OPEN in states:
            return None
        for bad in (NodeState.FAILED, NodeState.CANCELLED):
            if bad in states:
                return bad
        return NodeState.SUCCEEDED

    def _end_workflow(self, state: NodeState) -> None:
        asked = self._workflow.cancel_requested_at is not None and state is not NodeState.SUCCEEDED
        self._workflow.state = WorkflowState.CANCELLED if asked else WorkflowState(state)
        self._workflow.ended_at = self._workflow.updated_at = clock.now()


def passed(step: Node) -> bool:
    """What comes after it in a chain may start."""
    forgiven: bool = step.on_failure == OnFailure.COLLECT and step.state != NodeState.OPEN
    return forgiven or step.state == NodeState.SUCCEEDED


def fault(node: Node) -> str:
    """How it ended, as the reason why others do not run."""
    if node.kind != NodeKind.JOB:
        return node.broken_by or f"{node.key!r} did not succeed"
    return f"{node.key!r} {'was cancelled' if node.state == NodeState.CANCELLED else 'failed'}"
