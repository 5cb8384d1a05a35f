"""Bringing the database to the schema that this code needs."""

import importlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import inspect, text

from core.engine import get_engine
from core.errors import AppError
from core.settings import ROOT, get_settings

log = structlog.get_logger(__name__)

MIGRATION_LOCK = 7_264_021  # any number that nothing else in this database locks


class SchemaBehind(AppError):
    """The database's schema does not fit this code: run `cd api && python manage.py migrate`."""


VERSIONS = ROOT / "api" / "migrations" / "versions"


def head_revision() -> str:
    """The newest migration: files are named by their revision and sort in their order (a test holds them to it)."""
    return max(path.stem for path in VERSIONS.glob("[0-9]*.py"))


def current_revision() -> str | None:
    with get_engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def migrate() -> bool:
    """Brings the schema to head; False when it was there already. Two processes may call it at once."""
    with _one_at_a_time():
        if (current_revision() or "") >= head_revision():
            return False
        started = time.monotonic()
        _upgrade()
        log.info("database migrated", revision=head_revision(), seconds=round(time.monotonic() - started, 2))
        return True


def _upgrade() -> None:
    """Alembic is loaded here alone: it takes half a second, and nearly every start finds nothing to do."""
    command, config = importlib.import_module("alembic.command"), importlib.import_module("alembic.config").Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("prepend_sys_path", str(ROOT / "api"))  # under `celery -A` it is not there any more
    command.upgrade(config, "head")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """PostgreSQL: an advisory lock, of a transaction, since a pooler may give the session to others after each. SQLite:
    the migration's own BEGIN IMMEDIATE makes the second one wait."""
    with get_engine().connect() as connection:
        if connection.dialect.name != "postgresql":
            yield
            return
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # it stands still meanwhile
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        yield


def ensure_schema() -> None:
    """Migrates in development, where a first start must just work. Raises SchemaBehind in production.

    A schema that is newer than this code is left alone: in a rolling deploy, old processes go on for a while.
    """
    current = current_revision()
    if current == head_revision():
        return
    if current is not None and current > head_revision():
        log.warning("the database is newer than this code", database=current, code=head_revision())
        return
    if get_settings().production:
        raise SchemaBehind
    migrate()
