"""Statements that are run all the time: compiled once, and given to the driver itself."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler

from core.sqlite import Step

T = TypeVar("T")
Process = Callable[[Any], Any] | None


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Compiled:
    """SQL as the driver takes it, and what its values go through."""

    sql: str
    names: Sequence[str]
    constants: Mapping[str, Any]
    processes: Mapping[str, Callable[[Any], Any]]
    positional: bool

    @classmethod
    def of(cls, statement: Any, dialect: Dialect) -> "Compiled":
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        binds = {compiled.bind_names[bind]: bind for bind in compiled.binds.values()}
        processes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        return cls(
            sql=str(compiled),
            names=list(compiled.positiontup or binds),
            constants={name: bind.value for name, bind in binds.items() if not bind.required},
            processes={name: process or _as_it_is for name, process in processes.items()},
            positional=compiled.positional,
        )

    def step(self, values: Mapping[str, Any]) -> Step:
        given = {**self.constants, **values}
        bound = [self.processes[name](given[name]) for name in self.names]
        return self.sql, bound if self.positional else dict(zip(self.names, bound, strict=True))


class Returned:
    """Rows of `columns`, made of what the driver answers."""

    def __init__(self, columns: Sequence[Any]) -> None:
        self._row = namedtuple("_row", [str(column.key) for column in columns])  # type: ignore[misc]  # as it returns
        self._types = [column.type for column in columns]
        self._processes: dict[str, list[Process]] = {}

    def row(self, found: Any, dialect: Dialect) -> Any:
        processes = self._processes.get(dialect.name) or self._made_for(dialect)
        return self._row(*(process(one) if process else one for one, process in zip(found, processes, strict=True)))

    def _made_for(self, dialect: Dialect) -> list[Process]:
        made = [one.dialect_impl(dialect).result_processor(dialect, None) for one in self._types]
        return self._processes.setdefault(dialect.name, made)


@contextmanager
def errors_of_sqlalchemy(engine: Engine) -> Iterator[None]:
    """In place of the driver's, and without the values."""
    errors = engine.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise DBAPIError.instance(None, None, error, errors, hide_parameters=True, dialect=engine.dialect) from error


def on_a_connection(engine: Engine, work: Callable[[PoolProxiedConnection], T]) -> T:
    """`work` leaves no transaction behind. A connection on which anything went wrong is not used again: nobody knows
    how far it got."""
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
