"""Bringing the database to the schema that this code needs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from core import db
from core.errors import AppError
from core.settings import ROOT, get_settings

log = structlog.get_logger(__name__)

MIGRATION_LOCK = 7_264_021  # any number that nothing else in this database locks


class SchemaBehind(AppError):
    """The database's schema does not fit this code: run `cd api && python manage.py migrate`."""


@lru_cache(maxsize=1)
def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "api" / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("prepend_sys_path", str(ROOT / "api"))  # under `celery -A` it is not there any more
    return config


def head_revision() -> str | None:
    return ScriptDirectory.from_config(_alembic()).get_current_head()


def current_revision() -> str | None:
    with db.get_engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate() -> bool:
    """Brings the schema to head; False when it was there already. Two processes may call it at once."""
    with _one_at_a_time():
        if current_revision() == head_revision():
            return False
        started = time.monotonic()
        command.upgrade(_alembic(), "head")
        log.info("database migrated", revision=head_revision(), seconds=round(time.monotonic() - started, 2))
        return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """PostgreSQL: an advisory lock. SQLite: the migration's own BEGIN IMMEDIATE makes the second one wait."""
    with db.get_engine().connect() as connection:
        if connection.dialect.name != "postgresql":
            yield
            return
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})


def ensure_schema() -> None:
    """Migrates in development, where a first start must just work. Raises SchemaBehind in production."""
    if current_revision() == head_revision():
        return
    if get_settings().production:
        raise SchemaBehind
    migrate()
