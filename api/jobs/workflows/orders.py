"""What one can do with a workflow that is there: cancel it, run again what did not succeed, put right what was left."""

import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.db import reading, writing
from core.errors import Conflict, NotFound
from core.patience import is_trouble
from jobs.cancel import AlreadyEnded, cancel
from jobs.follow_up import follow_up_ended
from jobs.models import Job
from jobs.workflows.advance import Step, locked
from jobs.workflows.job_rows import JobRows
from jobs.workflows.models import NodeKind, NodeState, Workflow, WorkflowState
from jobs.workflows.nodes import N
from jobs.workflows.rows import UNASKED

log = structlog.get_logger(__name__)

AT_ONCE = 50  # jobs that are asked to stop in one look
# Seconds between two looks: on SQLite those who wait to write look every few milliseconds whether they may.
PAUSE = 0.02


class UnknownWorkflow(NotFound):
    """There is no such workflow."""


class WorkflowEnded(Conflict):
    """The workflow has ended already."""


def get_workflow(session: Session, workflow_id: str) -> Workflow:
    """Raises UnknownWorkflow."""
    workflow = session.get(Workflow, workflow_id)
    if workflow is None:
        raise UnknownWorkflow(f"There is no workflow {workflow_id!r}.")
    return workflow


def lock_workflow(session: Session, workflow_id: str) -> Workflow:
    """Raises UnknownWorkflow."""
    workflow = locked(session, workflow_id)
    if workflow is None:
        raise UnknownWorkflow(f"There is no workflow {workflow_id!r}.")
    return workflow


def cancel_workflow(session: Session, workflow_id: str, *, by: str) -> Workflow:
    """What has not begun ends now, as much as one transaction should hold; the rest, and what runs, is seen to right
    after by `see_through`.

    Raises UnknownWorkflow, WorkflowEnded.
    """
    workflow = lock_workflow(session, workflow_id)
    if workflow.state != WorkflowState.RUNNING:
        raise WorkflowEnded(f"The workflow has ended already: it is {workflow.state}.")
    workflow.cancel_requested_at = workflow.cancel_requested_at or clock.now()
    workflow.cancelled_by = workflow.cancelled_by or by
    step = Step(session, workflow)
    step.stop_all()
    session.flush()
    follow_up_ended(session, step.ended)
    return workflow


def see_through(workflow_id: str) -> None:
    """Looks until there is nothing more to do at once. Where this process ends before, the regular duty goes on."""
    while look_after(workflow_id):
        time.sleep(PAUSE)


def look_after(workflow_id: str) -> bool:
    """What could not be done under the lock, since jobs run or their rows were held: each job on its own.

    Answers whether there was so much to do that the next look should come at once.
    """
    with writing() as session:
        workflow = locked(session, workflow_id)
        if workflow is None:
            return False
        step = Step(session, workflow)
        step.catch_up()
        session.flush()
        follow_up_ended(session, step.ended)
        to_stop = _to_stop(session, workflow, begun=step.more_to_cancel)
        left = step.left_something or to_stop  # until nothing is left: this process may end half-way
        workflow.look_at = clock.now() if left else None
    stopped = sum(_stop(job_id, why) for job_id, why in to_stop)
    return stopped > 0 or step.more_to_start or step.more_to_cancel


def _stop(job_id: str, why: str) -> bool:
    with suppress(AlreadyEnded), writing() as session:
        cancel(session, job_id, by=f"its workflow ({why})")
        return True
    return False


def _to_stop(session: Session, workflow: Workflow, *, begun: bool) -> list[tuple[str, str]]:
    """Open jobs that were not asked yet: all of a cancelled workflow, else those of groups that have failed. Only those
    that have `begun`, where the others are cancelled many at a time."""
    among = set(_begun(session, workflow)) if begun else None
    if among is not None and not among:
        return []
    why = _why_to_stop(session, workflow)
    asked = [job_id for job_id in why if among is None or job_id in among]
    return [(row.id, why[row.id]) for row in JobRows(session).found(asked, UNASKED)[:AT_ONCE]]


def _begun(session: Session, workflow: Workflow) -> Sequence[str]:
    going_on = select(Job.id).where(Job.workflow_id == workflow.id, Job.started_at.is_not(None), Job.ended_at.is_(None))
    return session.scalars(going_on.where(Job.cancel_requested_at.is_(None))).all()


def _why_to_stop(session: Session, workflow: Workflow) -> dict[str, str]:
    columns = (N.number, N.last, N.kind, N.job_id, N.broken_by)
    found = select(*columns).where(N.workflow_id == workflow.id, N.state == NodeState.OPEN).order_by(N.number)
    why: dict[str, str] = {}
    cancelled = (0, sys.maxsize, f"cancelled by {workflow.cancelled_by}")
    broken = [cancelled] if workflow.cancel_requested_at else []
    for node in session.execute(found):
        if node.broken_by is not None:
            broken.append((node.number, node.last, node.broken_by))
        around = next((reason for first, last, reason in broken if first <= node.number <= last), None)
        if node.kind == NodeKind.JOB and around is not None:
            why[node.job_id] = around
    return why


def look_after_workflows() -> bool:
    """A regular duty. True when more of it waits."""
    with reading() as session:
        waiting = select(Workflow.id).where(Workflow.look_at.is_not(None)).order_by(Workflow.look_at)
        found = list(session.scalars(waiting.limit(AT_ONCE)))
    return any([_carefully(workflow_id) for workflow_id in found])


def _carefully(workflow_id: str) -> bool:
    """One that cannot go on keeps no other from it: it goes to the end of the line."""
    try:
        return look_after(workflow_id)
    except Exception as error:
        if isinstance(error, DBAPIError) and is_trouble(error):
            raise
        log.exception("a workflow could not be looked after", workflow_id=workflow_id)
    with writing() as session:
        session.execute(update(Workflow).where(Workflow.id == workflow_id).values(look_at=clock.now()))
    return False
