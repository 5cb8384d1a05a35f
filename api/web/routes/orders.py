"""From what a client asks for to what the engine takes."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.contracts import catalog
from core.errors import AppError, FieldError
from jobs.submit import Order
from web.routes.schemas import JobOrder

T = TypeVar("T")


def order_of(asked: JobOrder) -> Order:
    """Raises UnknownTask and InvalidPayload, whose fields are named as the client knows them."""
    contract = catalog.get(asked.task)
    return Order(
        contract=contract,
        payload=_naming("payload", lambda: contract.parse(asked.payload)),
        project_id=asked.project_id,
        idempotency_key=asked.idempotency_key,
        due_at=asked.eta,
        webhook_url=asked.webhook_url,
    )


def orders_of(batch: Sequence[JobOrder]) -> list[Order]:
    """Raises what order_of raises, saying which one is at fault."""
    return [_in_batch(index, asked) for index, asked in enumerate(batch)]


def _in_batch(index: int, asked: JobOrder) -> Order:
    try:
        return order_of(asked)
    except AppError as error:
        where = f"jobs.{index}"
        fields = [FieldError(f"{where}.{one.field}", one.message) for one in error.fields]
        told = fields or [FieldError(where, error.message)]
        raise type(error)(f"{where}: {error.message}", fields=told) from None


def _naming(prefix: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except AppError as error:
        fields = [FieldError(_joined(prefix, one.field), one.message) for one in error.fields]
        raise type(error)(error.message, fields=fields) from None


def _joined(prefix: str, field: str) -> str:
    return prefix if field == prefix else f"{prefix}.{field}"
