"""A job that has ended is final; running it again is a new job that says of which it is a retry."""

from typing import Any

from core.contracts import catalog
from core.errors import Conflict
from jobs.models import Job
from jobs.submit import Order


class StillGoing(Conflict):
    """The job has not ended yet: cancel it first."""


def order_like(job: Job, by: str, payload: dict[str, Any] | None = None) -> Order:
    """Raises StillGoing, UnknownTask, InvalidPayload."""
    if not job.status.final:
        raise StillGoing(f"The job has not ended yet, it is {job.state}: cancel it first.")
    contract = catalog.get(job.task)
    return Order(
        contract=contract,
        payload=contract.parse(job.payload if payload is None else payload),
        project_id=job.project_id,
        webhook_url=job.webhook_url,
        submitted_by=by,
        retry_of=job.id,
    )
