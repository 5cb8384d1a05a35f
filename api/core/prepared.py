"""Writes that every job needs: compiled once, run by the driver itself, committed at once.

A Session takes ten times as long for such a write as the database does. On PostgreSQL it is a single statement, which
needs neither BEGIN nor COMMIT: one way there and back in place of four.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import CTE, Engine, FromClause, Insert, Update, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningUpdate

from core import postgresql
from core.db import get_engine, no_fork_meanwhile
from core.joined import joined
from core.sqlite import Step

T = TypeVar("T")
Then = Callable[[FromClause], Insert | Update]
Process = Callable[[Any], Any] | None


def as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class _Compiled:
    """SQL as the driver takes it, and what its values go through."""

    sql: str
    names: Sequence[str]
    constants: Mapping[str, Any]
    processes: Mapping[str, Callable[[Any], Any]]
    positional: bool

    @classmethod
    def of(cls, statement: Any, dialect: Dialect) -> "_Compiled":
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        binds = {compiled.bind_names[bind]: bind for bind in compiled.binds.values()}
        processes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        return cls(
            sql=str(compiled),
            names=list(compiled.positiontup or binds),
            constants={name: bind.value for name, bind in binds.items() if not bind.required},
            processes={name: process or as_it_is for name, process in processes.items()},
            positional=compiled.positional,
        )

    def parameters(self, values: Mapping[str, Any]) -> Any:
        given = {**self.constants, **values}
        if self.positional:
            return [self.processes[name](given[name]) for name in self.names]
        return {name: self.processes[name](given[name]) for name in self.names}


class PreparedWrite:
    """`first` updates one row and returns what is wanted of it; `then` makes the write that belongs to it, from the
    table of the updated row: both are committed, or neither. Bound values may be used by both."""

    def __init__(self, first: ReturningUpdate[Any], then: Then) -> None:
        self._first, self._then = first, then
        columns = list(first.exported_columns)
        self._row = namedtuple("_row", [str(column.key) for column in columns])  # type: ignore[misc]  # as it returns
        self._types = [column.type for column in columns]
        self._compiled: dict[str, tuple[list[_Compiled], list[Process]]] = {}

    def run(self, values: Mapping[str, Any]) -> Any:
        """The row that was updated, or None when there was none to update and so nothing was written.

        Raises DBAPIError.
        """
        engine = get_engine()
        statements, processes = self._made_for(engine.dialect)
        with no_fork_meanwhile(), errors_of_sqlalchemy(engine):
            found = _committed(engine, [(one.sql, one.parameters(values)) for one in statements])
        if found is None:
            return None
        return self._row(*(process(one) if process else one for one, process in zip(found, processes, strict=True)))

    def _made_for(self, dialect: Dialect) -> tuple[list[_Compiled], list[Process]]:
        if dialect.name not in self._compiled:
            statements = [_Compiled.of(one, dialect) for one in self._statements(dialect)]
            processes: list[Process] = [
                one.dialect_impl(dialect).result_processor(dialect, None) for one in self._types
            ]
            self._compiled[dialect.name] = statements, processes
        return self._compiled[dialect.name]

    def _statements(self, dialect: Dialect) -> list[Any]:
        if not isinstance(dialect, PGDialect_psycopg):
            return [self._first, self._then(self._first.table)]
        updated: CTE = self._first.cte("updated")
        return [select(updated).add_cte(self._then(updated).cte("belonging"))]


def _committed(engine: Engine, steps: Sequence[Step]) -> Any:
    if engine.dialect.name == "sqlite":
        return joined(engine).write(steps)
    return on_a_connection(engine, lambda connection: committed_alone(connection, steps[0]).fetchone())


@contextmanager
def errors_of_sqlalchemy(engine: Engine) -> Iterator[None]:
    """In place of the driver's, and without the values."""
    errors = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, hide_parameters=True, dialect=engine.dialect) from error


def on_a_connection(engine: Engine, work: Callable[[PoolProxiedConnection], T]) -> T:
    """`work` commits. A connection on which anything went wrong is not used again: nobody knows how far it got. Whoever
    writes here repeats it in trouble, so one that was used just now is not asked first whether it still lives."""
    with postgresql.unasked():
        connection = engine.raw_connection()
    try:
        done = work(connection)
    except BaseException:
        connection.invalidate()
        raise
    connection.close()
    return done


def committed_alone(connection: PoolProxiedConnection, step: Step) -> Any:
    """One statement to PostgreSQL, which needs neither BEGIN nor COMMIT; answers its cursor."""
    raw: Any = connection.dbapi_connection
    raw.autocommit = True
    found = raw.execute(*step)
    raw.autocommit = False
    return found
