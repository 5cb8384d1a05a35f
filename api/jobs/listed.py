"""Payloads and results as lists have them: a page holds up to two hundred jobs, and each of both may be 16 MiB.

What is too long is not even read: measuring is left to the database. It writes the whole value out for that, which is
what such a list costs, so it does so once, and not at all where the stored size alone says enough.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from core.db import is_postgresql
from jobs.models import Job

LONGEST = 16_000  # characters of JSON
# Bytes that PostgreSQL stores, compressed or not: of JSON that is not too long it needs no more than four a character.
SURELY_TOO_LONG = 8 * LONGEST
COLUMNS = (Job.payload, Job.result)
WITHOUT_VALUES = tuple(defer(column, raiseload=True) for column in COLUMNS)


@dataclass(frozen=True)
class Values:
    """`omitted` names what is too long for a list, and None here."""

    payload: Any
    result: Any
    omitted: list[str]


def values_of(session: Session, job_ids: Collection[str]) -> dict[str, Values]:
    """Of the jobs that are still there."""
    short = _short_stored if is_postgresql(session) else _short
    columns = [*map(short, COLUMNS), *(column.is_not(None) for column in COLUMNS)]
    rows = session.execute(select(Job.id, *columns).where(Job.id.in_(job_ids)))
    return {row[0]: Values(row[1], row[2], _names(row[1:3], row[3:])) for row in rows}


def _short_stored(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return case((func.pg_column_size(column) > SURELY_TOO_LONG, None), else_=_short(column))


def _short(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return case((func.length(cast(column, Text)) <= LONGEST, column))


def _names(shown: Sequence[Any], there: Sequence[bool]) -> list[str]:
    """No column holds the null of JSON, so what is there and not shown is too long."""
    together = zip(COLUMNS, shown, there, strict=True)
    return [column.key for column, value, is_there in together if is_there and value is None]
