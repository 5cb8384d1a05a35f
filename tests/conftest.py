"""What every test stands on: its own directory, its own database, its own settings; nothing of the machine's."""

import gc
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from core import engine, schema
from core.settings import get_settings
from jobs.workers import liveness
from tests import ports
from tests.brokers import broker, broker_node, broker_of_its_own
from tests.postgres import PrivatePostgres, find_postgres
from tests.processes import Process, celery_worker
from tests.reused import ReusedDatabase
from tests.surroundings import use_database, use_no_settings_but_ours
from tests.together import pytest_xdist_make_scheduler
from workloads.manifest import install

# A hook and fixtures, which pytest finds by their names here.
__all__ = ["broker", "broker_node", "broker_of_its_own", "pytest_xdist_make_scheduler"]

MIGRATED = "migrated"
NEEDS_A_SERVER = {"broker_node", "broker_of_its_own", "postgres"}
LIGHT_QUEUES = "default,normal,background"  # a worker of the agents' queues loads the model library
STARTS_PROCESSES = {"start_worker", "slipway", "slipway_of_its_own", "broker_of_its_own"}


def pytest_configure() -> None:
    ports.keep_to_a_share()
    log_tracebacks_as_python_does()
    gc.disable()  # what is imported now stays: to look through it again and again takes as long as to import it


def log_tracebacks_as_python_does() -> None:
    """Until someone configures it, structlog draws each with all its variables, for which it takes up to a second."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever starts a server is an integration test, unless it says that it belongs to a later tier."""
    for item in items:
        later = item.get_closest_marker("chaos") or item.get_closest_marker("browser")
        if not later and (uses(item, NEEDS_A_SERVER) or "[postgresql" in item.name):
            item.add_marker(pytest.mark.integration)
    items.sort(key=place)


def place(item: pytest.Item) -> tuple[bool, ...]:
    """The long ones first: of tests that run side by side, none is left to run alone in the end."""
    marked = [item.get_closest_marker(name) is None for name in ("chaos", "browser", "long")]
    return (*marked, not uses(item, STARTS_PROCESSES))


def uses(item: pytest.Item, fixtures: set[str]) -> bool:
    return not fixtures.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def settings_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test sees no setting of the developer's shell or `.env`."""
    use_no_settings_but_ours(monkeypatch, tmp_path)
    install()
    yield
    engine.dispose()
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def no_wait_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reaps takes a machine that stands still for a locked database, and looks again later; a test looks once."""
    monkeypatch.setattr(liveness, "LONG_WAIT", math.inf)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file: made once, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "slipway.db"
    migrate_once(f"sqlite:///{path}")
    return path


def migrate_once(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use_database(patch, url)
        schema.migrate()
        engine.dispose()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivatePostgres]:
    server = PrivatePostgres(find_postgres(), tmp_path_factory.mktemp("postgres"))
    server.start()
    migrate_once(server.new_database(MIGRATED))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def reused_database(postgres: PrivatePostgres) -> ReusedDatabase:
    return ReusedDatabase(postgres, MIGRATED)


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A migrated SQLite database of the test's own; answers its URL."""
    path = tmp_path / "slipway.db"
    shutil.copy(sqlite_template, path)
    return use_database(monkeypatch, f"sqlite:///{path}")


@pytest.fixture
def postgresql_database(reused_database: ReusedDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A migrated PostgreSQL database, as new; answers its URL."""
    yield use_database(monkeypatch, reused_database.as_new())
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Either database; a test that takes this runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_database")
    return url


StartWorker = Callable[..., Process]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    """Starts `celery worker` on the test's settings and waits until it is ready. It consumes `queues`; None: all."""
    started: list[Process] = []

    def start(*arguments: str, name: str = "test@localhost", queues: str | None = LIGHT_QUEUES, **how: Any) -> Process:
        log = tmp_path / f"worker-{len(started)}.log"
        chosen = (*(arguments or ("-c", "2")), *([f"--queues={queues}"] if queues else []))
        worker = celery_worker(log, *chosen, name=name, **how)
        started.append(worker)
        worker.wait_for_output("worker is ready")
        return worker

    yield start
    for worker in started:
        worker.end()
