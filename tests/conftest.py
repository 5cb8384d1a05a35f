"""What every test stands on: its own directory, its own database, its own settings; nothing of the machine's."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog

from core import db, schema
from core.settings import get_settings
from launch.broker import PrivateBroker
from tests import ports
from tests.postgres import PrivatePostgres, find_postgres
from tests.processes import Process, celery_worker
from tests.reused import ReusedDatabase
from tests.surroundings import use_broker, use_database, use_no_settings_but_ours
from tests.together import pytest_xdist_make_scheduler
from workloads.manifest import install

__all__ = ["pytest_xdist_make_scheduler"]  # a hook, which pytest finds by its name here

MIGRATED = "migrated"
NEEDS_A_SERVER = {"broker_node", "broker_of_its_own", "postgres"}
STARTS_PROCESSES = {"start_worker", "slipway", "slipway_of_its_own", "broker_of_its_own", "own_broker"}


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
    db.dispose()
    get_settings.cache_clear()


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
        db.dispose()
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
    db.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Either database; a test that takes this runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_database")
    return url


@pytest.fixture(scope="session")
def broker_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker]:
    """One RabbitMQ for all tests that do not break it; each test has a virtual host of its own there."""
    node = PrivateBroker(tmp_path_factory.mktemp("rabbitmq"))
    node.start()
    yield node
    node.stop()


@contextmanager
def virtual_host(node: PrivateBroker, name: str) -> Iterator[str]:
    """An empty one, gone afterwards; answers its URL."""
    with httpx2.Client(base_url=node.management_url, trust_env=False) as api:
        api.put(f"vhosts/{name}").raise_for_status()
        yield node.url.removesuffix("%2F") + name
        api.delete(f"vhosts/{name}").raise_for_status()


@pytest.fixture
def broker(
    broker_node: PrivateBroker, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An empty virtual host; answers its URL."""
    with virtual_host(broker_node, f"test-{abs(hash(request.node.nodeid))}") as url:
        yield use_broker(monkeypatch, url)


@pytest.fixture
def broker_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateBroker]:
    """A RabbitMQ that the test may stop and kill."""
    node = PrivateBroker(tmp_path / "rabbitmq")
    node.start()
    use_broker(monkeypatch, node.url)
    yield node
    node.stop()


StartWorker = Callable[..., Process]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    """Starts `celery worker` on the test's settings and waits until it is ready."""
    started: list[Process] = []

    def start(*arguments: str, name: str = "test@localhost", **how: Any) -> Process:
        log = tmp_path / f"worker-{len(started)}.log"
        worker = celery_worker(log, *(arguments or ("-c", "2")), name=name, **how)
        started.append(worker)
        worker.wait_for_output("worker is ready")
        return worker

    yield start
    for worker in started:
        worker.end()
