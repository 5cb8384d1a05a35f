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
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine

from core import sqlite
from core.sqlite import Step

# The driver's own errors, and what it says to a value that fits into no column: half a character, a number too large.
CANNOT_BE_WRITTEN = (sqlite3.Error, UnicodeError, OverflowError)


class _Wanted:
    """The first of `steps` returns a row, or there is nothing to do."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self.row: Any = None
        self.error: Exception | None = None
        self.done = False
        self._called = threading.Lock()
        self._called.acquire()

    def wait(self) -> None:
        self._called.acquire()

    def call(self) -> None:
        """Also when it has been called already."""
        with suppress(RuntimeError):
            self._called.release()

    def settle(self, row: Any = None, error: Exception | None = None) -> None:
        self.row, self.error, self.done = row, error, True
        self.call()

    def write(self, raw: sqlite3.Connection) -> Any:
        (first, values), *others = self._steps
        row = raw.execute(first, values).fetchone()
        for statement, values in others if row is not None else ():
            raw.execute(statement, values)
        return row


class Joined:
    """One an engine. No lock of it is held across a fork: a child has an engine of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.RLock()  # a time limit may strike a thread that has just taken it, which takes it again
        self._waiting: deque[_Wanted] = deque()

    def write(self, steps: Sequence[Step]) -> Any:
        """The row that the first step returned, or None when it found none and nothing was written.

        Raises the driver's errors.
        """
        wanted = _Wanted(steps)
        try:
            self._waiting.append(wanted)
            while not wanted.done:
                self._write_or_wait(wanted)
        except BaseException:
            with suppress(ValueError):
                self._waiting.remove(wanted)
            self._call_next()
            raise
        if wanted.error is not None:
            raise wanted.error
        return wanted.row

    def _write_or_wait(self, wanted: _Wanted) -> None:
        """Who has its turn settles all that wait, and calls each of them, before it calls the next to take it."""
        if not self._turn.acquire(blocking=False):
            wanted.wait()
            return
        try:
            if not wanted.done:
                self._write_with_others(wanted)
        finally:
            self._turn.release()
            self._call_next()

    def _call_next(self) -> None:
        with suppress(IndexError):
            self._waiting[0].call()

    def _write_with_others(self, wanted: _Wanted) -> None:
        """When one of them cannot be written, this one is written alone, and so is each of the others in its turn."""
        others = self._taken_beside(wanted)
        try:
            self._commit([wanted, *others])
        except CANNOT_BE_WRITTEN as error:
            if sqlite.is_busy(error):
                for one in (wanted, *others):  # they have waited as long as this one
                    one.settle(error=error)
            elif not others:
                raise
            else:
                self._commit([wanted])
        finally:
            self._waiting.extend(one for one in others if not one.done)

    def _taken_beside(self, wanted: _Wanted) -> list[_Wanted]:
        taken = []
        with suppress(IndexError):
            while True:
                taken.append(self._waiting.popleft())
        return [one for one in taken if one is not wanted]

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
