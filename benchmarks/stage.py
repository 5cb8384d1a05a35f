"""What a benchmark stands on: a private broker, databases of its own, and the settings that lead there."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from benchmarks.guard import STAGE, guarded
from core import engine, schema
from launch.broker import PrivateBroker
from launch.paths import BENCH_VENV, ROOT, VAR
from tests.brokers import virtual_host
from tests.postgres import PrivatePostgres, find_postgres
from tests.surroundings import use_broker, use_database, use_no_settings_but_ours
from workloads.manifest import install

SECRET = "benchmarks-have-a-secret-key-of-their-own"
PEERS = ROOT / "benchmarks" / "peers"


def peer_python() -> Path:
    """Peers live in an environment of their own; without it, those of them that need no package of theirs run here."""
    theirs = BENCH_VENV / "bin" / "python"
    return theirs if theirs.exists() else Path(sys.executable)


def has_peer(package: str) -> bool:
    found = subprocess.run([peer_python(), "-c", f"import {package}"], capture_output=True, check=False)
    return found.returncode == 0


@dataclass(frozen=True)
class Surroundings:
    """Where one measurement takes place: settings that hold while it lasts, in this process and in its children."""

    directory: Path
    broker_url: str
    database_url: str

    def peer(self, script: str, *arguments: object) -> Any:
        """Runs a script of peers/ to its end and answers the JSON that it prints."""
        command = [str(peer_python()), str(PEERS / script), *map(str, arguments)]
        done = subprocess.run(command, env=self.peer_environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{script} failed:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    @property
    def peer_environment(self) -> dict[str, str]:
        path = f"{peer_python().parent}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "BENCH_BROKER": self.broker_url, "BENCH_DIRECTORY": str(self.directory)}


class Stage:
    """One broker and, when it is asked for, one PostgreSQL for the whole run; a fresh place for each measurement."""

    def __init__(self, directory: Path, broker: PrivateBroker, stack: ExitStack) -> None:
        self._directory, self.broker, self._stack = directory, broker, stack
        self._places = 0

    @contextmanager
    def place(self, database: str = "sqlite", **variables: str) -> Iterator[Surroundings]:
        """An empty virtual host and an empty, migrated database (`sqlite` or `postgresql`)."""
        self._places += 1
        directory = self._directory / f"place-{self._places}"
        directory.mkdir()
        with virtual_host(self.broker, directory.name) as broker_url, pytest.MonkeyPatch.context() as patch:
            use_no_settings_but_ours(patch, directory)
            patch.setenv("SECRET_KEY", SECRET)
            for name, value in variables.items():
                patch.setenv(name, value)
            use_broker(patch, broker_url)
            url = use_database(patch, self._new_database(database, directory))
            schema.migrate()
            install()
            try:
                yield Surroundings(directory, broker_url, url)
            finally:
                engine.dispose()
        shutil.rmtree(directory, ignore_errors=True)

    def _new_database(self, kind: str, directory: Path) -> str:
        return f"sqlite:///{directory / 'slipway.db'}" if kind == "sqlite" else self._postgres.new_database()

    @cached_property
    def _postgres(self) -> PrivatePostgres:
        """As durable as it is in life: a commit waits for the disk."""
        directory = self._directory / "postgres"
        directory.mkdir()
        server = PrivatePostgres(find_postgres(), directory, fsync=True)
        server.start()
        self._stack.callback(server.stop)
        return server


@contextmanager
def stage() -> Iterator[Stage]:
    """On the disk that the repository is on, not in a memory file system: waiting for the disk is part of it."""
    VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=VAR) as name, ExitStack() as stack:
        directory = Path(name)
        stack.enter_context(guarded(directory))
        stack.enter_context(pytest.MonkeyPatch.context()).setenv(STAGE, name)
        broker = PrivateBroker(directory / "rabbitmq")
        stack.callback(broker.stop)
        broker.start()
        yield Stage(directory, broker, stack)
