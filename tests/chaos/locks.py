"""Databases that somebody holds on to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def locked(database: str) -> Iterator[None]:
    """Holds SQLite's write lock, as a stuck backup would."""
    connection = sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None, timeout=30)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()
