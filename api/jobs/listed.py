"""Payloads and results as lists have them: a page holds up to two hundred jobs, and each of both may be 16 MiB.

What is too long is not even read: measuring is left to the database.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from jobs.models import Job

LONGEST = 16_000  # characters of JSON
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
    columns = [*map(_short, COLUMNS), *(_length(column) > LONGEST for column in COLUMNS)]
    rows = session.execute(select(Job.id, *columns).where(Job.id.in_(job_ids)))
    return {row[0]: Values(row[1], row[2], _names(row[3:])) for row in rows}


def _short(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    return case((_length(column) <= LONGEST, column))


def _length(column: InstrumentedAttribute[Any]) -> ColumnElement[int]:
    return func.length(cast(column, Text))


def _names(too_long: Any) -> list[str]:
    return [column.key for column, is_so in zip(COLUMNS, too_long, strict=True) if is_so]
