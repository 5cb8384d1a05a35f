"""Processes remembered across restarts: by pid and by start time, since pids are used again."""

import json
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from launch.private_files import write_private

# A start time is derived from the boot time, which moves a little when the clock is set.
CLOCK_SLACK = 2.0


@dataclass(frozen=True)
class Remembered:
    pid: int
    started: float

    @classmethod
    def of(cls, process: psutil.Process) -> "Remembered":
        return cls(process.pid, process.create_time())

    def find(self) -> psutil.Process | None:
        """The process itself, or None when it has ended, even if its pid is in use again."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < CLOCK_SLACK
        except psutil.NoSuchProcess:
            return None
        return process if same and is_alive(process) else None


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def families(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [member for process in processes for member in family(process)]


def roots(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those whose parent is not among them."""
    by_pid = {process.pid: process for process in processes}
    return [process for process in by_pid.values() if parent_of(process) not in by_pid]


def parent_of(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def end(processes: Iterable[psutil.Process], *, grace: float) -> None:
    """Ask politely; after the grace, end whole families."""
    asked = list(processes)
    members = families(asked)
    for process in asked:
        send(process, "terminate")
    wait_for_end(members, grace)
    kill(members)


def kill(processes: Iterable[psutil.Process]) -> None:
    killed = [process for process in processes if is_alive(process)]
    for process in killed:
        send(process, "kill")
    wait_for_end(killed, timeout=5)


def wait_for_end(processes: Collection[psutil.Process], timeout: float) -> None:
    """A zombie has ended: it may stay for long when its parent is not the one who reaps."""
    deadline = time.monotonic() + timeout
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)


def send(process: psutil.Process, request: str) -> None:
    with suppress(psutil.NoSuchProcess):
        getattr(process, request)()


class ProcessFile:
    """The processes that somebody started, on disk, so that a later start can end them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, processes: Mapping[str, Remembered]) -> None:
        write_private(self.path, json.dumps({name: asdict(one) for name, one in processes.items()}))

    def read(self) -> dict[str, Remembered]:
        if not self.path.exists():
            return {}
        entries = json.loads(self.path.read_text(encoding="utf-8"))
        return {name: Remembered(**entry) for name, entry in entries.items()}

    def alive(self) -> dict[str, psutil.Process]:
        found = {name: one.find() for name, one in self.read().items()}
        return {name: process for name, process in found.items() if process}

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
