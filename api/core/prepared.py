"""Statements that every job or every request needs: compiled once, run by the driver itself.

A Session takes ten times as long for such a statement as the database does. On PostgreSQL a write is a single one that
needs neither BEGIN nor COMMIT: one way there and back in place of four.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import CTE, CompoundSelect, Engine, FromClause, Insert, Select, Update, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.dml import ReturningUpdate

from core.driver import Compiled, Returned, committed_alone, errors_of_sqlalchemy, on_a_connection
from core.engine import get_engine, no_fork_meanwhile
from core.joined import joined
from core.postgresql import unasked
from core.sqlite import Step

Then = Callable[[FromClause], Insert | Update]


class PreparedWrite:
    """`first` updates one row and returns what is wanted of it; `then` makes the write that belongs to it, from the
    table of the updated row: both are committed, or neither. Bound values may be used by both."""

    def __init__(self, first: ReturningUpdate[Any], then: Then) -> None:
        self._first, self._then = first, then
        self._returned = Returned(list(first.exported_columns))
        self._compiled: dict[str, list[Compiled]] = {}

    def run(self, values: Mapping[str, Any]) -> Any:
        """The row that was updated, or None when there was none to update and so nothing was written.

        Raises DBAPIError.
        """
        engine = get_engine()
        steps = [one.step(values) for one in self._made_for(engine.dialect)]
        with no_fork_meanwhile(), errors_of_sqlalchemy(engine):
            found = _committed(engine, steps)
        return None if found is None else self._returned.row(found, engine.dialect)

    def _made_for(self, dialect: Dialect) -> list[Compiled]:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = [Compiled.of(one, dialect) for one in self._statements(dialect)]
        return self._compiled[dialect.name]

    def _statements(self, dialect: Dialect) -> list[Any]:
        if not isinstance(dialect, PGDialect_psycopg):
            return [self._first, self._then(self._first.table)]
        updated: CTE = self._first.cte("updated")
        return [select(updated).add_cte(self._then(updated).cte("belonging"))]


def _committed(engine: Engine, steps: Sequence[Step]) -> Any:
    """Whoever writes here repeats it in trouble: it needs not ask whether the connection still lives."""
    if engine.dialect.name == "sqlite":
        return joined(engine).write(steps)
    with unasked():
        return on_a_connection(engine, lambda connection: committed_alone(connection, steps[0]).fetchone())


class PreparedRead:
    """For few rows. No transaction is begun for it, and none ended."""

    def __init__(self, statement: Select[Any] | CompoundSelect[Any]) -> None:
        self._statement = statement
        self._returned = Returned(list(statement.exported_columns))
        self._compiled: dict[str, Compiled] = {}

    def run(self, values: Mapping[str, Any]) -> Any:
        """A single row; None when there is no such row. Raises DBAPIError."""
        return next(iter(self.all(values)), None)

    def all(self, values: Mapping[str, Any]) -> list[Any]:
        """Raises DBAPIError."""
        engine = get_engine()
        step = self._made_for(engine.dialect).step(values)
        read = _read_from_sqlite if engine.dialect.name == "sqlite" else committed_alone
        with no_fork_meanwhile(), errors_of_sqlalchemy(engine):
            found = on_a_connection(engine, lambda connection: read(connection, step).fetchall())
        return [self._returned.row(one, engine.dialect) for one in found]

    def _made_for(self, dialect: Dialect) -> Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = Compiled.of(self._statement, dialect)
        return self._compiled[dialect.name]


def _read_from_sqlite(connection: PoolProxiedConnection, step: Step) -> Any:
    raw: Any = connection.dbapi_connection
    return raw.execute(*step)
