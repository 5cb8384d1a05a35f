"""A whole Slipway under a supervisor of the simplest kind: what has died is started again after a while."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic

from launch.broker import PrivateBroker
from tests.ports import free_port
from tests.processes import Process, celery_worker, web_server
from tests.waiting import wait_for

LOOK = 0.1  # seconds


@dataclass(frozen=True)
class WorkerKind:
    pool: str
    slots: int
    queues: str

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("-P", self.pool, "-c", str(self.slots), f"--queues={self.queues}")


WORKERS = {
    "forks@chaos": WorkerKind("prefork", 3, "default,normal,background"),
    "threads@chaos": WorkerKind("threads", 4, "default,background"),
}
READY = {"web": "Application startup complete", **dict.fromkeys(WORKERS, "worker is ready")}


@dataclass
class Part:
    """Something that is started again when it is gone. `absence` is the seconds until then."""

    start: Callable[[], Process]
    process: Process
    absence: float = 0.0
    gone_since: float | None = None
    starts: int = 1

    def look(self) -> None:
        if self.process.running:
            return
        self.gone_since = self.gone_since or monotonic()
        if monotonic() - self.gone_since >= self.absence:
            self.process, self.gone_since = self.start(), None
            self.starts += 1


@dataclass
class House:
    """Parts are named `web` and as the workers are."""

    directory: Path
    tree: Path
    broker: PrivateBroker
    random: Random
    port: int = field(default_factory=free_port)
    parts: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def open(self) -> None:
        for name in ("web", *WORKERS):
            start = self._starter(name)
            self.parts[name] = Part(start, start())
        for name, word in READY.items():
            self.parts[name].process.wait_for_output(word)
        self._supervisor.start()

    def _starter(self, name: str) -> Callable[[], Process]:
        log = self.directory / f"{name}.log"
        if name == "web":
            return lambda: web_server(log, self.port, tree=self.tree)
        return lambda: celery_worker(log, *WORKERS[name].arguments, name=name, tree=self.tree)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        """Whether somebody listens at web's port: a server that is killed before it has started serves no test."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def process(self, name: str) -> Process:
        return self.parts[name].process

    def _supervise(self) -> None:
        while not self._stopping.wait(LOOK):
            for part in self.parts.values():
                part.absence = part.absence or self.random.uniform(0.3, 3.0)
                part.look()

    def is_whole(self) -> bool:
        """One that is told to stop before it has started, or while it stops already, does not stop in order."""
        processes = ((part.process, READY[name]) for name, part in self.parts.items())
        return all(one.running and not one.told_to_stop and word in one.output for one, word in processes)

    def close(self) -> None:
        """Nothing of it is left afterwards."""
        self._stopping.set()
        if self._supervisor.is_alive():
            self._supervisor.join()
        for part in self.parts.values():
            part.process.end()

    def stop_in_order(self) -> list[int]:
        """SIGTERM to all, as at the end of a day; answers the exit statuses."""
        wait_for(self.is_whole, what="the supervisor to have started everything again")
        self._stopping.set()
        self._supervisor.join()
        return [part.process.terminate(timeout=90) for part in self.parts.values()]
