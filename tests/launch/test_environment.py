import socket

import pytest

from launch import environment
from launch.console import Stop
from launch.ports import LOOPBACK
from launch.setup import system


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    for name in ("PORT", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "SECRETS", tmp_path)
    monkeypatch.setattr(system, "ROOT", tmp_path)
    return tmp_path


def test_the_environment_wins_over_the_file_unless_it_is_empty(root, monkeypatch):
    (root / ".env").write_text("PORT=1\nSECRET_KEY=from-file\n")
    monkeypatch.setenv("PORT", "2")
    monkeypatch.setenv("SECRET_KEY", "")
    found = environment.given()
    assert (found["PORT"], found["SECRET_KEY"]) == ("2", "from-file")


@pytest.mark.parametrize("line", ["RABBITMQ_URL=amqp://x", "export CLOUDAMQP_URL='amqp://x'", " CELERY_BROKER_URL = x"])
def test_a_broker_in_the_file_needs_no_rabbitmq_installed(root, line):
    (root / ".env").write_text(f"# settings\n{line}\n")
    assert system.other_broker_given()
    assert environment.names_a_broker(environment.given())


@pytest.mark.parametrize("line", ["", "# RABBITMQ_URL=amqp://x", "RABBITMQ_URL=", "RABBITMQ_URL= # none"])
def test_a_broker_that_is_not_really_set_is_none(root, line):
    (root / ".env").write_text(f"{line}\n")
    assert not system.other_broker_given()
    assert not environment.names_a_broker(environment.given())


def test_a_port_that_was_asked_for_and_is_taken_is_refused():
    with socket.create_server((LOOPBACK, 0)) as taken, pytest.raises(Stop, match="is taken by another program"):
        environment.web_port({"PORT": str(taken.getsockname()[1])})


def test_a_port_that_is_no_number_is_refused():
    with pytest.raises(Stop, match="must be a number"):
        environment.web_port({"PORT": "http"})


def test_the_secret_key_is_made_once_and_a_given_one_is_kept(root):
    made = environment.keys({})["SECRET_KEY"]
    assert environment.keys({})["SECRET_KEY"] == made
    assert environment.keys({"SECRET_KEY": "mine"})["SECRET_KEY"] == "mine"
    assert (root / "secret_key").stat().st_mode & 0o777 == 0o600
