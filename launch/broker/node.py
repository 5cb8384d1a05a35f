"""Start, stop and kill a private RabbitMQ node."""

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import amqp
import psutil

from launch.broker import programs
from launch.broker.configuration import Layout, environment, write_files
from launch.broker.identity import load_identity, save_identity
from launch.broker.installation import lean
from launch.ports import LOOPBACK
from launch.processes import ProcessFile, Remembered, end, families, kill

STOP_GRACE = 20.0
START_TIMEOUT = 60.0
PORTS_TIMEOUT = 5.0


class BrokerFailed(Exception):
    """The private RabbitMQ node did not start."""


class PrivateBroker:
    """One node in one directory. A start continues with the data, user and ports of the last one."""

    def __init__(self, directory: Path, extra_config: Mapping[str, str] | None = None) -> None:
        self.layout = Layout(directory.resolve())
        self.extra_config = dict(extra_config or {})
        self._identity = load_identity(self.layout.identity)
        self.processes = ProcessFile(self.layout.processes)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        me = self._identity
        return f"amqp://{me.user}:{me.password}@{LOOPBACK}:{me.amqp_port}/%2F"

    @property
    def management_url(self) -> str:
        me = self._identity
        return f"http://{me.user}:{me.password}@{LOOPBACK}:{me.management_port}/api/"

    @property
    def is_running(self) -> bool:
        return {"epmd", "node"} <= self.processes.alive().keys()

    def move_off_taken_ports(self) -> None:
        """Only while nobody holds our address: clients keep the URL that they were given."""
        self._identity = self._identity.with_free_ports()
        save_identity(self.layout.identity, self._identity)

    def start(self, timeout: float = START_TIMEOUT) -> None:
        self.stop()
        self._wait_for_ports(time.monotonic() + PORTS_TIMEOUT)
        write_files(self.layout, self._identity, self.extra_config)
        self._spawn("epmd", [found(programs.epmd()), "-address", LOOPBACK])
        self._spawn("node", [self._server()])
        self._wait_for_login(time.monotonic() + timeout)

    def _server(self) -> str:
        return str(lean(Path(found(programs.server())), self.layout.installation))

    def stop(self) -> None:
        """Also ends what an earlier owner of this directory left behind."""
        alive = self.processes.alive()
        # The node first: it signs off at epmd.
        for name in ("node", "epmd"):
            end([alive[name]] if name in alive else [], grace=STOP_GRACE)
        self._forget()

    def kill(self) -> None:
        """As if the power had gone."""
        kill(families(self.processes.alive().values()))
        self._forget()

    def accepts_login(self) -> bool:
        me = self._identity
        try:
            with amqp.Connection(f"{LOOPBACK}:{me.amqp_port}", me.user, me.password, connect_timeout=2, read_timeout=5):
                return True
        except (OSError, amqp.AMQPError):
            return False

    def _wait_for_ports(self, deadline: float) -> None:
        """A node that was killed a moment ago still gives its ports back."""
        while taken := self._identity.taken_ports():
            if time.monotonic() > deadline:
                raise BrokerFailed(f"port {taken[0]} of the private RabbitMQ is taken by another program")
            time.sleep(0.05)

    def _spawn(self, name: str, command: list[str]) -> None:
        with self.layout.output.open("ab") as output:
            self._children[name] = subprocess.Popen(
                command,
                env=environment(self.layout, self._identity),
                cwd=self.layout.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C at a terminal must not reach it before we stop it
            )
        self._remember()

    def _remember(self) -> None:
        running = {name: psutil.Process(child.pid) for name, child in self._children.items()}
        self.processes.write({name: Remembered.of(process) for name, process in running.items()})

    def _wait_for_login(self, deadline: float) -> None:
        while not self.accepts_login():
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise BrokerFailed(f"RabbitMQ did not start; its last words:\n{tail(self.layout.output)}")
            time.sleep(0.1)

    def _forget(self) -> None:
        for child in self._children.values():
            child.wait()
        self._children.clear()
        self.processes.clear()


def found(program: str | None) -> str:
    if not program:
        raise BrokerFailed("RabbitMQ is not installed: install `rabbitmq-server`, or set RABBITMQ_URL")
    return program


def tail(path: Path, lines: int = 20) -> str:
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
