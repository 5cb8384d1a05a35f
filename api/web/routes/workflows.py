"""Workflows: submit, look, cancel, go on from where they failed."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Response

from core.http import Actor, Cursor, Limit, Listing, Read, Write, problems
from core.telling import Tell
from jobs.workflows.models import Workflow, WorkflowState
from jobs.workflows.orders import cancel_workflow, get_workflow, see_through
from jobs.workflows.queries import WorkflowFilter, graph_of, list_workflows, started_at
from jobs.workflows.retry import retry_workflow
from jobs.workflows.spec import WorkflowSpec
from jobs.workflows.submit import submit_workflow
from web.routes.dispatching import WakeDispatcher
from web.routes.workflow_schemas import WorkflowAccepted, WorkflowGraph, WorkflowOut

router = APIRouter(prefix="/api/workflows", tags=["workflows"])

REFUSALS = problems(404, 409, 413, 422, 503)


@router.post("", status_code=202, name="submit_workflow", responses=REFUSALS)
def post_workflow(
    body: WorkflowSpec,
    session: Write,
    response: Response,
    actor: Actor,
    tell: Tell,
    later: BackgroundTasks,
    wake: WakeDispatcher,
) -> WorkflowAccepted:
    """All its jobs or none, up to 10,000; those that depend on nothing are queued at once."""
    made = submit_workflow(session, body, by=actor)
    tell(target=made.id, workflow=body.name, jobs=made.jobs)
    response.headers["Location"] = f"/api/workflows/{made.id}"
    later.add_task(wake)
    return WorkflowAccepted(workflow_id=made.id, state=made.state, created=made.created)


@router.get("", name="list_workflows", responses=problems(422))
def get_workflows(
    session: Read,
    state: Annotated[list[WorkflowState] | None, Query(description="May be repeated.")] = None,
    project_id: Annotated[str | None, Query(max_length=200)] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the name, or an id.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Listing[WorkflowOut]:
    """Newest first."""
    wanted = WorkflowFilter(states=state or (), project_id=project_id, q=q)
    page = list_workflows(session, wanted, cursor=cursor, limit=limit)
    started = started_at(session, [one.id for one in page.items])
    items = [WorkflowOut.of(one, started.get(one.id)) for one in page.items]
    return Listing(items=items, next_cursor=page.next_cursor)


@router.get("/{workflow_id}", name="get_workflow", responses=problems(404))
def get_one_workflow(workflow_id: str, session: Read) -> WorkflowGraph:
    """With all its nodes and edges, on one page."""
    workflow = get_workflow(session, workflow_id)
    started = started_at(session, [workflow_id])
    return WorkflowGraph.drawn(workflow, started.get(workflow_id), graph_of(session, workflow_id))


@router.post("/{workflow_id}/cancel", status_code=202, name="cancel_workflow", responses=problems(404, 409))
def post_cancel(workflow_id: str, session: Write, actor: Actor, tell: Tell, later: BackgroundTasks) -> WorkflowOut:
    """What has not begun ends now, of many jobs 500 at a time; what runs stops at its next checkpoint. Until the last
    job has ended the state is `running`."""
    workflow = cancel_workflow(session, workflow_id, by=actor)
    tell(workflow=workflow.name, state=workflow.state)
    later.add_task(see_through, workflow_id)
    return _shown(session, workflow)


@router.post("/{workflow_id}/retry", status_code=202, name="retry_workflow", responses=REFUSALS)
def post_retry(
    workflow_id: str, session: Write, actor: Actor, tell: Tell, later: BackgroundTasks, wake: WakeDispatcher
) -> WorkflowOut:
    """Runs again what did not succeed, as new jobs; what succeeded keeps its results. Only when it has ended."""
    workflow, jobs = retry_workflow(session, workflow_id, by=actor)
    tell(workflow=workflow.name, jobs=jobs)
    later.add_task(wake)
    return _shown(session, workflow)


def _shown(session: Write, workflow: Workflow) -> WorkflowOut:
    session.flush()
    return WorkflowOut.of(workflow, started_at(session, [workflow.id]).get(workflow.id))
