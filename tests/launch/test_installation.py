"""A private node's RabbitMQ is the machine's own, without most of its plugins."""

from pathlib import Path

import pytest

from launch.broker.installation import lean

PLUGINS = ("rabbit-3.10.8", "ra-2.2.0", "rabbitmq_management_agent-3.10.8", "rabbitmq_shovel-3.10.8")


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """As Debian installs it, under a link."""
    home = tmp_path / "lib" / "rabbitmq_server-3.10.8"
    for folder in ("escript", "sbin", *(f"plugins/{name}" for name in PLUGINS)):
        (home / folder).mkdir(parents=True)
    (home / "sbin" / "rabbitmq-server").touch()
    link = tmp_path / "rabbitmq-server"
    link.symlink_to(home / "sbin" / "rabbitmq-server")
    return link


def test_what_rabbitmq_stands_on_is_there_and_a_plugin_without_use_is_not(server: Path, tmp_path: Path) -> None:
    directory = tmp_path / "installation"
    found = lean(server, directory)
    assert found == directory / "sbin" / "rabbitmq-server"
    assert found.samefile(server)
    assert {one.name for one in (directory / "plugins").iterdir()} == set(PLUGINS) - {"rabbitmq_shovel-3.10.8"}
    assert (directory / "escript").is_dir()


def test_another_version_takes_the_place_of_the_last(server: Path, tmp_path: Path) -> None:
    directory = tmp_path / "installation"
    lean(server, directory)
    plugins = server.resolve().parents[1] / "plugins"
    (plugins / "ra-2.2.0").rename(plugins / "ra-3.0.0")
    lean(server, directory)
    assert {one.name for one in (directory / "plugins").glob("ra-*")} == {"ra-3.0.0"}
    assert (plugins / "ra-3.0.0").is_dir()


def test_one_that_is_laid_out_otherwise_is_started_as_it_is(tmp_path: Path) -> None:
    server = tmp_path / "bin" / "rabbitmq-server"
    server.parent.mkdir()
    server.touch()
    assert lean(server, tmp_path / "installation") == server
