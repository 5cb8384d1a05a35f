"""The delivery as a job: which failures are worth another try, and for how long."""

from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError

from capabilities.fetch.errors import Unreachable
from jobs.handlers import RunningJob, handles
from jobs.retry import Backoff, RetryTable
from workloads.webhooks import engine
from workloads.webhooks.contracts import WEBHOOK_DELIVERY, Delivery

# Ten more tries within about four hours, eight at most: a receiver's bad morning, or its deployment.
PATIENT = Backoff(base=30.0, cap=4 * 3600.0, tries=10)
RETRY: RetryTable = {
    Unreachable: PATIENT,
    engine.ReceiverBusy: PATIENT,
    OperationalError: Backoff(base=1.0, cap=60.0, tries=8),
    InterfaceError: Backoff(base=1.0, cap=60.0, tries=8),
}


@handles(WEBHOOK_DELIVERY, retry=RETRY)
def webhook_delivery(job: RunningJob, payload: Delivery) -> dict[str, Any]:
    """Tells one receiver, with a signature, that a job has ended."""
    return engine.deliver(job, payload)
