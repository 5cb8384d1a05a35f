"""A job that has ended is final; running it again is a new job that says of which it is a retry."""

from typing import Any

from core.contracts import catalog
from core.errors import Conflict
from jobs.models import Job
from jobs.orders import Order
from jobs.payloads import PAYLOAD_LIMIT, RESOLVED_LIMIT, size_of
from jobs.states import JobState


class StillGoing(Conflict):
    """The job has not ended yet: cancel it first."""


class NeverReleased(Conflict):
    """The job never began its turn in its workflow, or in Celery's canvas: retry all of it instead."""


def order_like(job: Job, by: str, payload: dict[str, Any] | None = None) -> Order:
    """Raises StillGoing, NeverReleased, UnknownTask, InvalidPayload."""
    if not job.status.final:
        raise StillGoing(f"The job has not ended yet, it is {job.state}: cancel it first.")
    if payload is None and _never_released(job):
        raise NeverReleased(_go_to_the_workflow(job))
    contract = catalog.get(job.task)
    return Order(
        contract=contract,
        payload=contract.parse(job.payload if payload is None else payload),
        project_id=job.project_id,
        webhook_url=job.webhook_url,
        submitted_by=by,
        retry_of=job.id,
        payload_limit=RESOLVED_LIMIT if payload is None else max(PAYLOAD_LIMIT, size_of(job.payload)),
    )


def _never_released(job: Job) -> bool:
    """What stands in the row is no payload then: references to results in place of values, or nothing."""
    in_canvas = job.canvas is not None and job.status is JobState.CANCELLED and not job.payload
    return job.queued_at is None and (job.workflow_id is not None or in_canvas)


def _go_to_the_workflow(job: Job) -> str:
    if job.workflow_id is None:
        return "The job never began its turn in Celery's canvas: send the canvas again."
    return (
        f"The job never began its turn in the workflow {job.workflow_id}, whose results it may need: "
        "retry the workflow instead."
    )
