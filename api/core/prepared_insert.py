"""Rows by the driver itself, however many: on disk when it returns.

A Session costs more than the rows do. And each call of a driver gives up the interpreter, which a busy event loop then
keeps for up to 5 ms: so many rows go in one statement, and one statement is its own transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.engine import Dialect
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.types import TypeEngine

from core import sqlite
from core.driver import committed_alone, errors_of_sqlalchemy, on_a_connection
from core.engine import get_engine, no_fork_meanwhile
from core.portions import ROWS_PER_STATEMENT, portions
from core.postgresql import unasked

Row = Mapping[str, Any]
Process = Callable[[Any], Any]


class PreparedInsert:
    """For rows of `table` that fill none but `names`. What a row does not name is NULL."""

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        self._table, self._names = table.name, tuple(names)
        self._types = {name: table.c[name].type for name in names}
        self._processes: dict[str, Process] | None = None

    def run(self, rows: Sequence[Row]) -> None:
        """All of `rows` or none. Raises DBAPIError, also where a connection has died unasked: it is to be repeated."""
        engine = get_engine()
        write = self._write_to_sqlite if engine.dialect.name == "sqlite" else self._write_to_postgresql
        with no_fork_meanwhile(), errors_of_sqlalchemy(engine), unasked():
            on_a_connection(engine, lambda connection: write(connection, engine.dialect, rows))

    def _write_to_sqlite(self, connection: PoolProxiedConnection, dialect: Dialect, rows: Sequence[Row]) -> None:
        sqlite.write_durably(connection.dbapi_connection, connection.info, self._steps(dialect, rows))

    def _write_to_postgresql(self, connection: PoolProxiedConnection, _: Dialect, rows: Sequence[Row]) -> None:
        committed_alone(connection, (_from_json(self._table, self._names), [orjson.dumps(rows).decode()]))

    def _steps(self, dialect: Dialect, rows: Sequence[Row]) -> list[sqlite.Step]:
        processes = self._processes = self._processes or _processes(self._types, dialect)
        steps: list[sqlite.Step] = []
        for some in portions(rows, ROWS_PER_STATEMENT):
            bound = chain.from_iterable(map(_bound(row, processes).get, self._names) for row in some)
            steps.append((_of_many(self._table, self._names, len(some)), list(bound)))
        return steps


def _processes(types: Mapping[str, TypeEngine[Any]], dialect: Dialect) -> dict[str, Process]:
    """Of those columns whose values do not go to the driver as they are."""
    found = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()}
    return {name: process for name, process in found.items() if process is not None}


def _bound(row: Row, processes: Mapping[str, Process]) -> dict[str, Any]:
    return {**row, **{name: process(row[name]) for name, process in processes.items() if row.get(name) is not None}}


@lru_cache
def _of_many(table: str, names: tuple[str, ...], rows: int) -> str:
    one = f"({', '.join('?' * len(names))})"
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([one] * rows)}"


@lru_cache
def _from_json(table: str, names: tuple[str, ...]) -> str:
    """One value for all rows: PostgreSQL plans it once, and takes apart what the driver would be long at."""
    columns = ", ".join(names)
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
