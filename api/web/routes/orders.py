"""From what a client asks for to what the engine takes."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from core import ids
from core.contracts import catalog
from core.db import reading
from core.errors import AppError, FieldError
from jobs import again
from jobs.models import Job
from jobs.orders import Order
from jobs.queries import get_job
from web.routes.schemas import JobOrder

T = TypeVar("T")


def order_of(asked: JobOrder, *, by: str) -> Order:
    """Raises UnknownTask and InvalidPayload, whose fields are named as the client knows them."""
    contract = catalog.get(asked.task)
    return Order(
        contract=contract,
        payload=naming("payload", lambda: contract.parse(asked.payload)),
        project_id=asked.project_id,
        idempotency_key=asked.idempotency_key,
        due_at=asked.eta,
        expires_at=asked.expires_at,
        webhook_url=asked.webhook_url,
        submitted_by=by,
        job_id=ids.new_id(),
    )


def orders_of(batch: Sequence[JobOrder], by: str) -> list[Order]:
    """Raises what order_of raises, saying which one is at fault."""
    return [_in_batch(index, asked, by) for index, asked in enumerate(batch)]


def order_again(job_id: str, by: str, payload: dict[str, Any] | None = None) -> Order:
    """Raises UnknownJob, StillGoing, NeverReleased, UnknownTask, InvalidPayload."""
    with reading() as session:
        return order_like(get_job(session, job_id), by, payload)


def order_like(job: Job, by: str, payload: dict[str, Any] | None = None) -> Order:
    """Raises StillGoing, NeverReleased, UnknownTask, and InvalidPayload with its fields as the client knows them."""
    return naming("payload", lambda: again.order_like(job, by, payload))


def _in_batch(index: int, asked: JobOrder, by: str) -> Order:
    try:
        return order_of(asked, by=by)
    except AppError as error:
        where = f"jobs.{index}"
        fields = [FieldError(f"{where}.{one.field}", one.message) for one in error.fields]
        told = fields or [FieldError(where, error.message)]
        raise type(error)(f"{where}: {error.message}", fields=told) from None


def naming(prefix: str, parse: Callable[[], T]) -> T:
    """Runs `parse`; the fields of what it raises are told as parts of `prefix`."""
    try:
        return parse()
    except AppError as error:
        fields = [FieldError(_joined(prefix, one.field), one.message) for one in error.fields]
        raise type(error)(error.message, fields=fields) from None


def _joined(prefix: str, field: str) -> str:
    return prefix if field == prefix else f"{prefix}.{field}"
