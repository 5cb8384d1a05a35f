"""What every route uses: database sessions, the caller's name, pages of a list, the shape of a problem."""

import base64
import binascii
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from anyio import CapacityLimiter
from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.columns import UtcDateTime
from core.db import reading, writing
from core.errors import Invalid

T = TypeVar("T")

WRITERS = CapacityLimiter(10)  # requests; the pool has forty threads


def read_session() -> Iterator[Session]:
    with reading() as session:
        yield session


async def write_turn() -> AsyncIterator[None]:
    """FastAPI goes on with a request in a thread of the pool while its transaction is open. Were they all waiting for
    SQLite's one writer, or for a row, none would be left for the one that all wait for."""
    borrower = object()
    await WRITERS.acquire_on_behalf_of(borrower)
    try:
        yield
    finally:
        WRITERS.release_on_behalf_of(borrower)


def write_session(_turn: Annotated[None, Depends(write_turn, scope="function")]) -> Iterator[Session]:
    with writing(durable=True) as session:
        yield session


# scope="function" ends the transaction before the answer is sent: a failed commit must not answer 2xx.
Read = Annotated[Session, Depends(read_session, scope="function")]
Write = Annotated[Session, Depends(write_session, scope="function")]


async def actor_name(request: Request) -> str:
    """The caller's name as the access check found it."""
    return str(request.state.actor)


Actor = Annotated[str, Depends(actor_name)]

DEFAULT_LIMIT = 50
Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=1_000, description="`next_cursor` of the page before.")]


class Listing(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


class ProblemField(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457, with our `code` and what is wrong with each field."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no task 'pong'. Did you mean 'ping'?"])
    code: str = Field(examples=["UnknownTask"])
    errors: list[ProblemField] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses=`: these statuses are answered with a Problem."""
    return {status: {"model": Problem} for status in statuses}


class BadCursor(Invalid):
    """`cursor` is not one that this list has given out: take `next_cursor` of a page, or leave it out."""


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    next_cursor: str | None


Key = tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]


def page_of(
    session: Session,
    statement: Select[T],
    *,
    by: Key,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    descending: bool = True,
) -> Page[T]:
    """One page of `statement`, which selects one entity, in the order of the two columns `by`.

    Together the columns are unique and never null, and the entity has them. Raises BadCursor.
    """
    if cursor is not None:
        statement = statement.where(_beyond(by, decode_cursor(cursor, by), descending=descending))
    order = [column.desc() if descending else column.asc() for column in by]
    found = list(session.scalars(statement.order_by(*order).limit(limit + 1)))
    items = found[:limit]
    return Page(items, _cursor_of(items[-1], by) if len(found) > limit else None)


def _beyond(by: Key, values: list[Any], *, descending: bool) -> ColumnElement[bool]:
    """A row value, so that the index on both columns is used as it is."""
    here = tuple_(*by)
    there = tuple_(*(literal(value, column.type) for value, column in zip(values, by, strict=True)))
    return here < there if descending else here > there


def _cursor_of(item: object, by: Key) -> str:
    return encode_cursor([getattr(item, column.key) for column in by])


def encode_cursor(values: list[Any]) -> str:
    texts = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(texts)).decode().rstrip("=")


def decode_cursor(cursor: str, by: Key) -> list[Any]:
    """The values for the columns `by`. Raises BadCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return [_typed(value, column) for value, column in zip(values, by, strict=True)]
    except (binascii.Error, ValueError, TypeError):
        raise BadCursor from None


def _typed(value: Any, column: InstrumentedAttribute[Any]) -> Any:
    if isinstance(column.type, UtcDateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a time without a zone")
        return moment
    kind = column.type.python_type
    if type(value) is not kind:
        raise ValueError(f"not a {kind.__name__}")
    return value
