"""The schema: migrations make just what the models say, once, whoever asks for them at the same time."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import migrations.tables  # noqa: F401  - declares every table
from core import db, postgresql, schema
from core.db import writing
from core.engine import dispose, get_engine
from core.schema import VERSIONS, SchemaBehind, current_revision, ensure_schema, head_revision, migrate
from core.settings import get_settings
from tests.postgres import PrivatePostgres
from tests.processes import API, BIN
from tests.surroundings import use_database
from tests.waiting import wait_for

STANDS_STILL = "state = 'idle in transaction' AND state_change < clock_timestamp() - interval '0.3 s'"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Without any table."""
    if request.param == "sqlite":
        return use_database(monkeypatch, f"sqlite:///{tmp_path}/new/slipway.db")
    server: PrivatePostgres = request.getfixturevalue("postgres")
    return use_database(monkeypatch, server.new_database())


def test_the_first_migration_makes_the_schema_and_the_second_has_nothing_to_do(empty_database: str) -> None:
    assert [migrate(), migrate()] == [True, False]
    assert current_revision() == head_revision()


def test_two_processes_may_migrate_at_once(empty_database: str) -> None:
    command = [str(BIN / "python"), "-c", "from core import schema; schema.migrate()"]

    both = [subprocess.Popen(command, cwd=API, stderr=subprocess.PIPE, text=True) for _ in range(2)]

    assert [(one.communicate()[1], one.returncode)[1] for one in both] == [0, 0]
    assert current_revision() == head_revision()


def test_nobody_else_migrates_however_long_it_takes_and_no_session_keeps_the_lock(
    postgresql_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pooler may give the session to others after each transaction."""
    monkeypatch.setattr(postgresql, "STANDING_STILL", 0.1)
    dispose()

    with schema._one_at_a_time():
        wait_for(lambda: said("SELECT count(*) > 0 FROM pg_stat_activity WHERE " + STANDS_STILL), what="a long wait")
        assert said(f"SELECT pg_try_advisory_xact_lock({schema.MIGRATION_LOCK})") is False

    assert said("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def said(question: str) -> Any:
    with get_engine().begin() as connection:
        return connection.scalar(text(question))


def test_the_models_agree_with_the_migrations(database: str) -> None:
    with get_engine().connect() as connection:
        options = {"include_object": not_full_text, "compare_type": True, "compare_server_default": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.Base.metadata)

    assert differences == []


def not_full_text(_: Any, name: str | None, *_more: Any) -> bool:
    """What serves full-text search is made by hand in a migration: no model can declare it."""
    return "_fts" not in (name or "")


def test_sqlite_and_postgresql_get_the_same_indexes(sqlite_database: str) -> None:
    with get_engine().connect() as connection:
        found = {index["name"] for index in inspect(connection).get_indexes("jobs")}

    assert {"ix_jobs_unpublished", "ix_jobs_due", "ix_jobs_running", "ix_jobs_updated"} <= found


def test_development_migrates_by_itself(empty_database: str) -> None:
    ensure_schema()

    assert current_revision() == head_revision()


def test_production_says_what_to_run_and_touches_nothing(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_ENV", "production")
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    get_settings.cache_clear()

    with pytest.raises(SchemaBehind, match=r"manage\.py migrate"):
        ensure_schema()

    assert current_revision() is None


def test_a_schema_that_is_there_is_left_alone(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "migrate", lambda: pytest.fail("there was nothing to migrate"))

    ensure_schema()


def test_a_database_that_is_newer_than_the_code_is_left_alone(sqlite_database: str) -> None:
    with writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))

    ensure_schema()

    assert current_revision() == "9999_later"
    assert not migrate()


def test_migrations_are_named_by_their_revision_and_sort_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert newest_first == sorted((path.stem for path in VERSIONS.glob("[0-9]*.py")), reverse=True)
