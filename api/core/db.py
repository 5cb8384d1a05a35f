"""Sessions that read, sessions that write, and the few words of SQL on which the databases differ.

SQLite (WAL) and PostgreSQL are both first class. A session that writes takes SQLite's write lock when it begins
(BEGIN IMMEDIATE), because a lock that is upgraded half-way cannot wait and fails at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVarTuple, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Engine,
    Select,
    Table,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, Session

from core import clock
from core.engine import get_engine, no_fork_meanwhile

Ts = TypeVarTuple("Ts")


AFTERWARDS = "afterwards"  # in a session's info: what is done once it is committed


class Base(DeclarativeBase):
    """Every table; migrations/ is tested to agree with it."""


def table_of(model: type[Base]) -> Table:
    """For statements that run for every job: made once and on the table, they cost a fifth of what they cost on the
    model, where each execution goes through the ORM."""
    return cast("Table", model.__table__)


def by_index(statement: Select[*Ts], table: type[Base] | Table, index: str) -> Select[*Ts]:
    """SQLite, which keeps no statistics, otherwise takes an index on equal values for better than a short partial one.
    It refuses the statement when it cannot go by `index`."""
    return statement.with_hint(table, f"INDEXED BY {index}", "sqlite")


def unindexed(column: Column[Any] | QueryableAttribute[Any]) -> ColumnElement[str]:
    """The text in `column`, for a condition on rows that are found by something better, such as their id.

    By the bare column a planner may take an index of it for as good: PostgreSQL does while it believes that few rows
    hold that text, and then walks through all that do, those that no longer do included.
    """
    return func.coalesce(column, literal_column("''"), type_=column.type)


@contextmanager
def reading() -> Iterator[Session]:
    """A session that sees one state of the database; nothing is written."""
    with no_fork_meanwhile(), Session(get_engine(), expire_on_commit=False) as session, session.begin():
        yield session


@lru_cache(maxsize=2)
def _to_write(engine: Engine, durable: bool) -> Engine:
    """Kept, since a new one finds out for its first statement who listens to what: 150 function calls."""
    return engine.execution_options(writing=True, durable=durable)


@contextmanager
def writing(*, durable: bool = False) -> Iterator[Session]:
    """A unit of work: committed when the block ends, rolled back when it raises.

    `durable` waits until the disk has it (SQLite's synchronous=FULL): where an answer to a client depends on it.
    PostgreSQL is always durable.
    """
    with no_fork_meanwhile(), Session(_to_write(get_engine(), durable), expire_on_commit=False) as session:
        with session.begin():
            yield session
        for work in session.info.get(AFTERWARDS, ()):
            work()


def once_committed(session: Session, work: Callable[[], None]) -> None:
    """Runs `work`, which raises nothing, when the unit of work is committed: once, however often it was asked for."""
    session.info.setdefault(AFTERWARDS, {})[work] = None


def changed(session: Session, statement: Any) -> int:
    """Runs an update or a delete and says how many rows it touched."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def database_now(session: Session) -> datetime:
    """The database's clock where hosts may differ (PostgreSQL); ours where there is one host (SQLite)."""
    if is_postgresql(session):
        return cast("datetime", session.scalar(text("SELECT clock_timestamp()")))
    return clock.now()
