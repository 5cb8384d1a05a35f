"""Databases that somebody holds on to, and databases that are gone."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


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


@contextmanager
def away(database: str) -> Iterator[None]:
    """SQLite is locked; PostgreSQL lets nobody in."""
    with _altered(database, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true"):
        yield


@contextmanager
def unwritable(database: str) -> Iterator[None]:
    """SQLite is locked; PostgreSQL is read-only, as it is for a while after a failover."""
    setting = "default_transaction_read_only"
    with _altered(database, f"SET {setting} = on", f"RESET {setting}"):
        yield


@contextmanager
def _altered(database: str, change: str, back: str) -> Iterator[None]:
    """PostgreSQL cuts everybody off each time: what was changed is so for those who come afterwards."""
    if database.startswith("sqlite"):
        with locked(database):
            yield
        return
    server, _, name = database.replace("+psycopg", "").rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as session:
        _alter(session, name, change)
        try:
            yield
        finally:
            _alter(session, name, back)


def _alter(session: psycopg.Connection[tuple[object, ...]], name: str, change: str) -> None:
    session.execute(f'ALTER DATABASE "{name}" {change}')
    session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
