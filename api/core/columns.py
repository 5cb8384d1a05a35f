"""Types of columns that hold the same on SQLite as on PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


@lru_cache
def _naive_text(value: datetime | None) -> str | None:
    """As SQLAlchemy's own type for SQLite writes it. Rows that are made together hold the same few."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; SQLite, which keeps no zone, holds it as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """In one step: every row that is written holds several."""
        return _naive_text if dialect.name == "sqlite" else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class time_of_writing(FunctionElement[datetime]):  # reads as the function of SQL that it is
    """The database's clock when it executes the statement: no earlier than the begin of its transaction, however long
    that waited for a connection, or on SQLite for other writers."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(time_of_writing)
def _by_the_servers_clock(_element: object, _compiler: object, **_: object) -> str:
    return "clock_timestamp()"


@compiles(time_of_writing, "sqlite")
def _by_the_hosts_clock(_element: object, _compiler: object, **_: object) -> str:
    """In milliseconds, written as SQLAlchemy writes a time."""
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


class TextualJson(JSON):
    """On SQLite a column declared as JSON has numeric affinity: the text `7` would come back as a number, and a long
    number rounded."""


@compiles(TextualJson, "sqlite")
def _declared_as_text(_type: TextualJson, _compiler: object, **_: object) -> str:
    return "TEXT"


Json = TextualJson(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
