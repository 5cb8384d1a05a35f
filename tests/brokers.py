"""RabbitMQ as tests have it: one node for all that do not break it, one of its own for each that does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from launch.broker import PrivateBroker
from tests.surroundings import use_broker


def management_of(node: PrivateBroker) -> httpx2.Client:
    return httpx2.Client(base_url=node.management_url, trust_env=False, timeout=20)


def make_virtual_host(node: PrivateBroker, name: str) -> str:
    """Answers the URL of an empty one."""
    with management_of(node) as api:
        api.put(f"vhosts/{name}").raise_for_status()
    return node.url.removesuffix("%2F") + name


def remove_virtual_host(node: PrivateBroker, name: str) -> None:
    with management_of(node) as api:
        api.delete(f"vhosts/{name}").raise_for_status()


@contextmanager
def virtual_host(node: PrivateBroker, name: str) -> Iterator[str]:
    """An empty one, gone afterwards; answers its URL."""
    yield make_virtual_host(node, name)
    remove_virtual_host(node, name)


def name_for(request: pytest.FixtureRequest) -> str:
    return f"test-{abs(hash(request.node.nodeid))}"


@pytest.fixture(scope="session")
def broker_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBroker]:
    """One RabbitMQ for all tests that do not break it; each test has a virtual host of its own there."""
    node = PrivateBroker(tmp_path_factory.mktemp("rabbitmq"))
    node.start()
    yield node
    node.kill()


@pytest.fixture
def broker(
    broker_node: PrivateBroker, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An empty virtual host; answers its URL."""
    with virtual_host(broker_node, name_for(request)) as url:
        yield use_broker(monkeypatch, url)


@pytest.fixture
def broker_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateBroker]:
    """A RabbitMQ that the test may stop, freeze and kill. No other test gets it: one that was killed in a queue's
    first second may never be what it was."""
    node = PrivateBroker(tmp_path / "rabbitmq")
    node.start()
    use_broker(monkeypatch, node.url)
    yield node
    node.kill()
