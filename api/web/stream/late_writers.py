"""Transactions of PostgreSQL that take long: what they wrote bears a time that the sweep may have passed long ago."""

from datetime import timedelta

from sqlalchemy import bindparam, text

from core.db import is_postgresql, reading

OPEN = text(
    "SELECT pid, xact_start FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    " AND (backend_xid IS NOT NULL OR wait_event_type = 'Lock') AND xact_start < clock_timestamp() - :age"
).bindparams(bindparam("age"))

Writers = frozenset[tuple[int, object]]


def late_writers(age: timedelta) -> Writers:
    """Who has been writing, or waiting for a lock, for longer than `age`. Nobody on SQLite, where writers take turns.

    Whoever only reads is left out: else a slow look at a large table would make everybody look again.
    """
    with reading() as session:
        if not is_postgresql(session):
            return frozenset()
        return frozenset((row.pid, row.xact_start) for row in session.execute(OPEN, {"age": age}))
