"""What a caller wants done, and the row that it becomes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from core import clock, ids
from core.contracts import Contract, Payload
from jobs.canvas import checked_canvas
from jobs.payloads import PAYLOAD_LIMIT, as_json, check_size, checked_size, hash_of
from jobs.states import JobState


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a caller wants done."""

    contract: Contract
    payload: Payload
    project_id: str | None = None
    idempotency_key: str | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    submitted_by: str | None = None
    retry_of: str | None = None
    parent_id: str | None = None
    job_id: str | None = None
    webhook_url: str | None = None
    canvas: dict[str, Any] | None = None
    workflow_id: str | None = None
    node_key: str | None = None
    waiting: bool = False
    payload_limit: int = PAYLOAD_LIMIT


def row_of(session: Session, order: Order) -> dict[str, Any]:
    """Raises InvalidPayload, PayloadTooLarge, CanvasNotStorable."""
    job_id = order.job_id or ids.new_id()
    if order.contract.externalize is None:
        return plain_row(order, job_id, clock.now())
    text = as_json(order.payload.model_dump(mode="json"))
    return _row(order, job_id, clock.now(), text) | {"payload": stored_payload(session, order, job_id)}


def plain_row(order: Order, job_id: str, now: datetime) -> dict[str, Any]:
    """Of an order whose payload is kept in the row as it is. Raises as row_of does."""
    dumped = order.payload.model_dump(mode="json")
    text = as_json(dumped)
    check_size(text, order.payload_limit)
    return _row(order, job_id, now, text) | {"payload": dumped}


def _row(order: Order, job_id: str, now: datetime, text: bytes) -> dict[str, Any]:
    """All but the payload, which was `text` when it was submitted."""
    state = _first_state(order, now)
    return unstarted(order.contract, job_id, now) | {
        "state": state,
        "project_id": project_of(order),
        "payload_hash": hash_of(text),
        "idempotency_key": order.idempotency_key,
        "submit_key": submit_key(order),
        "canvas": checked_canvas(order.canvas),
        "webhook_url": order.webhook_url,
        "due_at": order.due_at if state is JobState.SCHEDULED else None,
        "expires_at": order.expires_at,
        "submitted_by": order.submitted_by,
        "retry_of": order.retry_of,
        "parent_id": order.parent_id,
        "workflow_id": order.workflow_id,
        "node_key": order.node_key,
        "queued_at": now if state is JobState.QUEUED else None,
    }


def _first_state(order: Order, now: datetime) -> JobState:
    if order.waiting:
        return JobState.WAITING
    return JobState.SCHEDULED if order.due_at is not None and order.due_at > now else JobState.QUEUED


def unstarted(contract: Contract, job_id: str, now: datetime) -> dict[str, Any]:
    """What every new row has in common."""
    counts = {"dispatch": 1, "attempt": 0, "lost": 0, "retries": 0}
    times = {"created_at": now, "updated_at": now}
    return {"id": job_id, "task": contract.name, "queue": contract.queue.value, **counts, **times}


def submit_key(order: Order) -> str | None:
    """One for each idempotency key of a task and project; None without one."""
    if order.idempotency_key is None:
        return None
    scope = [order.contract.name, project_of(order), order.idempotency_key]
    return hash_of(orjson.dumps(scope))


def project_of(order: Order) -> str | None:
    return order.project_id or vars(order.payload).get("project_id")  # pydantic is slow to say that it has none


def stored_payload(session: Session, order: Order, job_id: str) -> dict[str, Any]:
    payload = order.payload
    if order.contract.externalize is not None:
        payload = order.contract.externalize(session, job_id, payload)
    return checked_size(payload.model_dump(mode="json"), order.payload_limit)
