"""Workflows as tests write them down, and workers that end their jobs without Celery."""

from typing import Any

from sqlalchemy import select

from core.db import reading, writing
from jobs import finish
from jobs.finish import Failure
from jobs.models import Job
from jobs.states import ErrorKind
from jobs.workflows.models import Workflow, WorkflowNode
from jobs.workflows.orders import look_after
from jobs.workflows.spec import WorkflowSpec
from jobs.workflows.submit import submit_workflow
from tests.jobs.running import claimed

Written = dict[str, Any]


def job(key: str, value: Any = None, **payload: Any) -> Written:
    return {"type": "job", "key": key, "task": "ping", "payload": {"value": value, **payload}}


def chain(*steps: Written, **more: Any) -> Written:
    return {"type": "chain", "steps": list(steps), **more}


def group(*members: Written, **more: Any) -> Written:
    return {"type": "group", "members": list(members), **more}


def chord(members: list[Written], body: Written, **more: Any) -> Written:
    return {"type": "chord", "members": members, "body": body, **more}


def jobs_named(*keys: str) -> list[Written]:
    return [job(key) for key in keys]


def submit(root: Written, **more: Any) -> str:
    spec = WorkflowSpec.model_validate({"name": "test", "root": root, **more})
    with writing(durable=True) as session:
        return submit_workflow(session, spec, by="a test").id


def workflow_of(workflow_id: str) -> Workflow:
    with reading() as session:
        return session.get_one(Workflow, workflow_id)


def job_at(workflow_id: str, key: str) -> Job:
    """The newest job of a node."""
    with reading() as session:
        at = select(Job).join(WorkflowNode, WorkflowNode.job_id == Job.id)
        return session.scalars(at.where(WorkflowNode.workflow_id == workflow_id, WorkflowNode.key == key)).one()


def states(workflow_id: str) -> dict[str, str]:
    """Of all job nodes."""
    with reading() as session:
        found = select(WorkflowNode.key, Job.state).join(Job, Job.id == WorkflowNode.job_id)
        rows = session.execute(found.where(WorkflowNode.workflow_id == workflow_id).order_by(WorkflowNode.number))
        return {key: state for key, state in rows}


def queued(workflow_id: str) -> list[str]:
    return [key for key, state in states(workflow_id).items() if state == "queued"]


def succeed(workflow_id: str, *keys: str, result: Any = None) -> None:
    for key in keys:
        held = claimed(job_at(workflow_id, key).id)
        finish.succeed(held.job_id, held.claim_id, result if result is not None else f"result of {key}")


def fail(workflow_id: str, key: str, message: str = "broken") -> None:
    held = claimed(job_at(workflow_id, key).id)
    finish.fail(held.job_id, held.claim_id, Failure(class_name="Broken", message=message, kind=ErrorKind.PERMANENT))


def look(workflow_id: str) -> None:
    """As the caretaker does, until nothing is left."""
    while look_after(workflow_id):
        pass
