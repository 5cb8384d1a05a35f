"""A job that has ended is final; running it again is a new job that says of which it is a retry."""

from typing import Any

from core.contracts import catalog
from core.errors import Conflict
from jobs.models import Job
from jobs.submit import Order


class StillGoing(Conflict):
    """The job has not ended yet: cancel it first."""


class NeverReleased(Conflict):
    """The job never began its turn in its workflow: retry the workflow instead."""


def order_like(job: Job, by: str, payload: dict[str, Any] | None = None) -> Order:
    """Raises StillGoing, NeverReleased, UnknownTask, InvalidPayload."""
    if not job.status.final:
        raise StillGoing(f"The job has not ended yet, it is {job.state}: cancel it first.")
    if payload is None and job.workflow_id is not None and job.queued_at is None:
        raise NeverReleased(_go_to_the_workflow(job.workflow_id))
    contract = catalog.get(job.task)
    return Order(
        contract=contract,
        payload=contract.parse(job.payload if payload is None else payload),
        project_id=job.project_id,
        webhook_url=job.webhook_url,
        submitted_by=by,
        retry_of=job.id,
    )


def _go_to_the_workflow(workflow_id: str) -> str:
    """What stands in the row may still be references to results in place of values."""
    return (
        f"The job never began its turn in the workflow {workflow_id}, whose results it may need: "
        "retry the workflow instead."
    )
