"""Submitting: validate, insert, say what happened. Nothing is published here; the row comes first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock, ids
from core.contracts import Contract, InvalidPayload, Payload
from core.db import is_postgresql, table_of
from core.errors import Conflict, Invalid
from core.portions import ROWS_PER_STATEMENT, portions
from core.text import NotStorable, storable_json
from jobs import children
from jobs.models import Job
from jobs.states import JobState

PAYLOAD_LIMIT = 256 * 1024  # bytes of JSON in the row; larger things are rows that the payload refers to
# Results that were put into a payload are in rows anyway, so it may be as large as one of them: ten thousand outcomes
# for the body of a chord are a megabyte or two. So may what runs again with such a payload.
RESOLVED_LIMIT = 16 * 1024 * 1024
INSERT = insert(table_of(Job))


class PayloadTooLarge(Invalid):
    """The payload is larger than 256 KiB, or than 16 MiB with results in it."""

    status = 413


class KeyReused(Conflict):
    """This idempotency key was used before with another payload."""


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


@dataclass(frozen=True)
class Submitted:
    """`created` is false when the idempotency key led to a job that was there before."""

    job_id: str
    state: JobState
    created: bool = True


def submit(session: Session, contract: Contract, payload: object, **details: Any) -> Submitted:
    """Makes one job in the caller's transaction. Raises InvalidPayload, PayloadTooLarge, KeyReused."""
    return submit_many(session, [Order(contract=contract, payload=contract.parse(payload), **details)])[0]


def submit_many(session: Session, orders: Sequence[Order]) -> list[Submitted]:
    """Makes all jobs or none; answers in the order of `orders`. Raises as submit does."""
    keys = [_submit_key(order) for order in orders]
    known = _known(session, {key for key in keys if key is not None})
    answers: list[Submitted | None] = [
        _earlier(order, known[key]) if key in known else None for order, key in zip(orders, keys, strict=True)
    ]
    new = [place for place, answer in enumerate(answers) if answer is None]
    for place, answer in zip(new, _insert(session, [orders[place] for place in new]), strict=True):
        answers[place] = answer
    return [answer for answer in answers if answer is not None]


def _insert(session: Session, orders: Sequence[Order]) -> list[Submitted]:
    rows = [row_of(session, order) for order in orders]
    born_cancelled = children.cancel_orphans(session, rows)
    plain = [row for row in rows if row["submit_key"] is None]
    keyed = [row for row in rows if row["submit_key"] is not None]
    if plain:
        _insert_plain(session, plain)
    inserted = _insert_keyed(session, keyed)
    lost = {row["submit_key"] for row in keyed if row["id"] not in inserted}
    known = _known(session, lost)
    there = [row for row in born_cancelled if row["submit_key"] is None or row["id"] in inserted]
    children.end_born_cancelled(session, there)
    return [
        _earlier(order, known[row["submit_key"]]) if row["submit_key"] in lost and row["id"] not in inserted
        else Submitted(row["id"], JobState(row["state"]))
        for order, row in zip(orders, rows, strict=True)
    ]  # fmt: skip


def _insert_plain(session: Session, rows: list[dict[str, Any]]) -> None:
    """On the table and not through the ORM; columns that none of the rows fills are left out."""
    filled = {name for row in rows for name, value in row.items() if value is not None}
    empty = rows[0].keys() - filled
    session.execute(INSERT, [{name: row[name] for name in row if name not in empty} for row in rows])


def row_of(session: Session, order: Order) -> dict[str, Any]:
    """Raises InvalidPayload, PayloadTooLarge."""
    job_id = order.job_id or ids.new_id()
    if order.contract.externalize is None:
        return plain_row(order, job_id, clock.now())
    text = _as_json(order.payload.model_dump(mode="json"))
    return _row(order, job_id, clock.now(), text) | {"payload": stored_payload(session, order, job_id)}


def plain_row(order: Order, job_id: str, now: datetime) -> dict[str, Any]:
    """Of an order whose payload is kept in the row as it is. Raises InvalidPayload, PayloadTooLarge."""
    dumped = order.payload.model_dump(mode="json")
    text = _as_json(dumped)
    _check_size(text, order.payload_limit)
    return _row(order, job_id, now, text) | {"payload": dumped}


def _row(order: Order, job_id: str, now: datetime, text: bytes) -> dict[str, Any]:
    """All but the payload, which was `text` when it was submitted."""
    state = _first_state(order, now)
    return unstarted(order.contract, job_id, now) | {
        "state": state,
        "project_id": project_of(order),
        "payload_hash": _hash(text),
        "idempotency_key": order.idempotency_key,
        "submit_key": _submit_key(order),
        "canvas": order.canvas,
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


def record_refused(session: Session, contract: Contract, job_id: str, payload: Any, error: dict[str, str]) -> None:
    """A job that came without our submit and could not be taken: on record as failed, so that nobody looks for it."""
    now = clock.now()
    ended = {"state": JobState.FAILED, "published_at": now, "ended_at": now, "error": error}
    row = unstarted(contract, job_id, now) | ended | {"payload": payload, "payload_hash": ""}
    session.execute(insert(Job).values(**row))


def project_of(order: Order) -> str | None:
    return order.project_id or vars(order.payload).get("project_id")  # pydantic is slow to say that it has none


def stored_payload(session: Session, order: Order, job_id: str) -> dict[str, Any]:
    payload = order.payload
    if order.contract.externalize is not None:
        payload = order.contract.externalize(session, job_id, payload)
    return checked_size(payload.model_dump(mode="json"), order.payload_limit)


def checked_size(stored: dict[str, Any], limit: int = PAYLOAD_LIMIT) -> dict[str, Any]:
    """Raises PayloadTooLarge, InvalidPayload."""
    _check_size(_as_json(stored), limit)
    return stored


def _check_size(text: bytes, limit: int) -> None:
    if (size := len(text)) > limit:
        raise PayloadTooLarge(f"The payload is {size:,} bytes of JSON; at most {limit:,} are taken.")


def _as_json(stored: dict[str, Any]) -> bytes:
    """Raises InvalidPayload for what no database could store."""
    try:
        return storable_json(stored)
    except NotStorable as error:
        raise InvalidPayload(f"The payload cannot be stored: {error}") from None


def size_of(stored: Any) -> int:
    """In bytes of JSON, of a payload that was taken before."""
    return len(orjson.dumps(stored))


def payload_hash(payload: Payload) -> str:
    return payload_hash_of(payload.model_dump(mode="json"))


def payload_hash_of(stored: dict[str, Any]) -> str:
    """Raises InvalidPayload."""
    return _hash(_as_json(stored))


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _submit_key(order: Order) -> str | None:
    if order.idempotency_key is None:
        return None
    scope = [order.contract.name, project_of(order), order.idempotency_key]
    return hashlib.sha256(orjson.dumps(scope)).hexdigest()


def _insert_keyed(session: Session, rows: list[dict[str, Any]]) -> set[str]:
    """The ids of the rows whose key was new; a key that another transaction took meanwhile is passed over."""
    dialect = postgresql if is_postgresql(session) else sqlite
    new: set[str] = set()
    for some in portions(rows, ROWS_PER_STATEMENT):
        statement = dialect.insert(Job).values(some).on_conflict_do_nothing(index_elements=["submit_key"])
        new.update(session.scalars(statement.returning(Job.id)))
    return new


def _known(session: Session, keys: set[str]) -> dict[str, Any]:
    """The jobs that were submitted under these keys before."""
    found: dict[str, Any] = {}
    for some in portions(sorted(keys), ROWS_PER_STATEMENT):
        columns = select(Job.submit_key, Job.id, Job.state, Job.payload_hash)
        found |= {row.submit_key: row for row in session.execute(columns.where(Job.submit_key.in_(some)))}
    return found


def _earlier(order: Order, row: Any) -> Submitted:
    if row.payload_hash != payload_hash(order.payload):
        raise KeyReused(f"The idempotency key {order.idempotency_key!r} was used before with another payload.")
    return Submitted(row.id, JobState(row.state), created=False)
