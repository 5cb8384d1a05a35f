"""Orders that are about no other row: most of what programs submit. They are written by the driver itself."""

from collections.abc import Callable, Sequence
from typing import Any

from core import clock, ids
from core.db import table_of
from core.prepared_insert import PreparedInsert
from jobs.models import Job
from jobs.orders import Order, plain_row
from jobs.submit import Submitted

COLUMNS = (
    *("id", "task", "queue", "state", "project_id", "payload", "payload_hash", "canvas"),
    *("dispatch", "attempt", "lost", "retries", "due_at", "expires_at", "webhook_url", "submitted_by", "retry_of"),
    *("workflow_id", "node_key", "created_at", "updated_at", "queued_at", "publisher", "publisher_until"),
)
INSERT = PreparedInsert(table_of(Job), COLUMNS)

Take = Callable[[Sequence[dict[str, Any]]], None]


def is_plain(order: Order) -> bool:
    """No key that may be taken, no parent that may have been told to stop, no payload that is kept elsewhere."""
    return order.idempotency_key is None and order.parent_id is None and order.contract.externalize is None


def submit_plain(orders: Sequence[Order], take: Take | None = None) -> list[Submitted]:
    """Makes all jobs or none, on disk when it returns; `take` may take rows for a dispatcher right before.

    Raises InvalidPayload, PayloadTooLarge, DBAPIError.
    """
    rows = [plain_row(order, order.job_id or ids.new_id(), clock.now()) for order in orders]
    if take is not None:
        take(rows)
    INSERT.run(rows)
    return [_submitted(row) for row in rows]


def _submitted(row: dict[str, Any]) -> Submitted:
    return Submitted(row["id"], row["state"])
