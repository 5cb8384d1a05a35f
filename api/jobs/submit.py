"""Submitting: validate, insert, say what happened. Nothing is published here; the row comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.contracts import Contract
from core.db import is_postgresql, table_of
from core.errors import Conflict
from core.portions import ROWS_PER_STATEMENT, portions
from jobs import children
from jobs.models import Job
from jobs.orders import Order, row_of, submit_key, unstarted
from jobs.payloads import payload_hash
from jobs.states import JobState

INSERT = insert(table_of(Job))


class KeyReused(Conflict):
    """This idempotency key was used before with another payload."""


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
    keys = [submit_key(order) for order in orders]
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


def record_refused(session: Session, contract: Contract, job_id: str, payload: Any, error: dict[str, str]) -> None:
    """A job that came without our submit and could not be taken: on record as failed, so that nobody looks for it."""
    now = clock.now()
    ended = {"state": JobState.FAILED, "published_at": now, "ended_at": now, "error": error}
    row = unstarted(contract, job_id, now) | ended | {"payload": payload, "payload_hash": ""}
    session.execute(insert(Job).values(**row))


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
