"""Start everything in order, watch over it, stop it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from launch import env_script, environment, leftovers, procfile
from launch.broker import PrivateBroker
from launch.console import Stop, say, step
from launch.paths import API, LOGS, RABBITMQ, VENV_BIN
from launch.ports import free_ports
from launch.processes import family, kill
from launch.readiness import answers_healthz, wait_until
from launch.setup.commands import run
from launch.summary import Summary
from launch.supervisor import daemon
from launch.supervisor.configuration import configuration
from launch.supervisor.control import Control, Programs
from launch.watch import Watch

# A running job gets 25 s, the broker 2 s after that. What is left then is killed.
STOP_WITHIN = 28.0
PASSWORD = "password: "
WEB = "web"


class Launcher:
    def __init__(self, file: Path) -> None:
        self.file = file
        person = environment.given()
        self.mode = person.get("AUTH_MODE", "basic")
        self.broker = None if environment.names_a_broker(person) else private_broker()
        self.environment = environment.complete(person, self.broker)
        env_script.write(person | self.environment)
        self.control = Control.on(free_ports(1)[0])
        self.programs = Programs(self.control)
        self.password: str | None = None  # only of a first user that was made just now

    def run(self) -> None:
        say("Starting")
        with self.supervisor() as supervisor:
            self.start()
            say(Summary(self.environment, self.names, self.password, self.mode).text())
            self.watch(supervisor)

    @property
    def names(self) -> list[str]:
        return list(procfile.processes(self.file))

    @contextmanager
    def supervisor(self) -> Iterator[psutil.Popen]:
        text = configuration(self.file, self.names, self.control, with_broker=self.broker is not None)
        supervisor = daemon.start(text, self.environment)
        try:
            leftovers.remember(supervisor)
            wait_until(self.programs.answer, name="supervisord", programs=self.programs)
            yield supervisor
        finally:
            say("\nStopping; running jobs get 25 s ...")
            stop(supervisor)

    def start(self) -> None:
        step("Database", self.migrate)
        # Before any web process, which would make the user by itself and put the password into a file.
        step("First user", self.bootstrap)
        # It needs no broker, so it need not wait for one.
        self.programs.start(WEB)
        if broker := self.broker:
            step("RabbitMQ", lambda: self.wait_for(broker))
        step("Programs", self.start_programs)

    def migrate(self) -> str:
        command = procfile.parse(self.file.read_text(encoding="utf-8"))[procfile.RELEASE]
        run(["bash", "-c", command], environment=self.environment)
        return "migrated"

    def bootstrap(self) -> str:
        said = run([VENV_BIN / "python", "manage.py", "user", "bootstrap"], folder=API, environment=self.environment)
        lines = [line for line in said.splitlines() if line.startswith(PASSWORD)]
        self.password = lines[0].removeprefix(PASSWORD) if lines else None
        return "made" if lines else "exists"

    def wait_for(self, broker: PrivateBroker) -> str:
        wait_until(broker.accepts_login, name="rabbitmq", programs=self.programs)
        return "a private node, on loopback"

    def start_programs(self) -> str:
        self.programs.start_all()
        port = int(self.environment["PORT"])
        wait_until(lambda: answers_healthz(port), name=WEB, programs=self.programs)
        return ", ".join(self.names)

    def watch(self, supervisor: psutil.Popen) -> None:
        watch = Watch()
        while supervisor.poll() is None:
            watch.look(self.programs.states())
            leftovers.remember(supervisor)
            time.sleep(1)
        raise Stop(f"supervisord has died; its log is {LOGS / 'supervisord.log'}")


def private_broker() -> PrivateBroker:
    broker = PrivateBroker(RABBITMQ)
    broker.move_off_taken_ports()
    return broker


def stop(supervisor: psutil.Popen) -> None:
    members = family(supervisor)
    supervisor.terminate()
    with suppress(psutil.TimeoutExpired):
        supervisor.wait(STOP_WITHIN)
    kill([*members, *family(supervisor)])
    supervisor.wait()
