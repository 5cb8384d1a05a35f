"""Short writes to SQLite that several threads want at once: one transaction for all of them.

SQLite takes one writer at a time. A thread that finds it taken sleeps and looks again, and one that has it gives up the
interpreter with each call and may have to wait for it. So the threads of a process queue here, and the first of them
writes what the others want as well. Each goes on when its own is committed.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine

from core import sqlite
from core.sqlite import Step


@dataclass(eq=False)
class _Wanted:
    """The first of `steps` returns a row, or there is nothing to do."""

    steps: Sequence[Step]
    row: Any = None
    error: sqlite3.Error | None = None
    done: bool = False

    def settle(self, row: Any = None, error: sqlite3.Error | None = None) -> None:
        self.row, self.error, self.done = row, error, True

    def write(self, raw: sqlite3.Connection) -> Any:
        (first, values), *others = self.steps
        row = raw.execute(first, values).fetchone()
        for statement, values in others if row is not None else ():
            raw.execute(statement, values)
        return row


class Joined:
    """One an engine. No lock of it is held across a fork: a child has an engine of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._waiting: deque[_Wanted] = deque()

    def write(self, steps: Sequence[Step]) -> Any:
        """The row that the first step returned, or None when it found none and nothing was written.

        Raises the driver's errors.
        """
        wanted = _Wanted(steps)
        try:
            self._waiting.append(wanted)
            with self._turn:
                if not wanted.done:
                    self._write_with_others(wanted)
        except BaseException:  # a time limit
            with suppress(ValueError):
                self._waiting.remove(wanted)
            raise
        if wanted.error is not None:
            raise wanted.error
        return wanted.row

    def _write_with_others(self, wanted: _Wanted) -> None:
        """When one of them cannot be written, each is written alone, when it is its turn."""
        together = self._taken(wanted)
        try:
            self._commit(together)
        except sqlite3.Error as error:
            if sqlite.is_busy(error):
                for one in together:  # they have waited as long as this one
                    one.settle(error=error)
            elif len(together) == 1:
                raise
            else:
                self._commit([wanted])

    def _taken(self, wanted: _Wanted) -> list[_Wanted]:
        together = [wanted]
        with suppress(IndexError):
            while True:
                one = self._waiting.popleft()
                if one is not wanted:
                    together.append(one)
        return together

    def _commit(self, together: Sequence[_Wanted]) -> None:
        """A connection on which anything went wrong is not used again: nobody knows how far it got."""
        connection = self._engine.raw_connection()
        try:
            raw: Any = connection.dbapi_connection
            sqlite.begin_writing(raw, connection.info)
            rows = [one.write(raw) for one in together]
            raw.execute("COMMIT")
        except BaseException:
            connection.invalidate()
            raise
        connection.close()
        for one, row in zip(together, rows, strict=True):
            one.settle(row)


@lru_cache(maxsize=1)
def joined(engine: Engine) -> Joined:
    return Joined(engine)
