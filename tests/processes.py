"""Slipway's processes as a test starts, breaks and ends them: by their own ids, never by name."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from core.settings import ROOT
from tests.nursery import Forked
from tests.waiting import wait_for

API = ROOT / "api"
BIN = Path(sys.executable).parent


def spawn(command: list[str], *, log: Path, directory: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


Start = type[Forked] | Callable[..., subprocess.Popen[bytes]]
FORK: Start = Forked if sys.platform == "linux" else spawn


class Process:
    """One process in a group of its own, with its output in a file, which it may go on with after an earlier one."""

    def __init__(
        self,
        command: list[str],
        *,
        log: Path,
        directory: Path = API,
        env: Mapping[str, str] = os.environ,
        start: Start = spawn,
    ) -> None:
        self._log = log
        self.told_to_stop = False
        self._said_before = log.stat().st_size if log.exists() else 0
        self._popen = start(command, log=log, directory=directory, env={**env, "PATH": f"{BIN}:{env['PATH']}"})

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def output(self) -> str:
        return self._log.read_bytes()[self._said_before :].decode(errors="replace")

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def child_running(self) -> int:
        """The pid of a worker's only pool child."""
        return wait_for(self.children, what="a pool child")[0].pid

    def wait_for_output(self, text: str, timeout: float = 90.0) -> None:
        wait_for(lambda: text in self.output or not self.running, what=f"{text!r} in {self._log.name}", timeout=timeout)
        if text not in self.output:
            raise AssertionError(f"{self._log.name} ended without {text!r}:\n{self.output[-3000:]}")

    def signal(self, number: signal.Signals) -> None:
        self.told_to_stop |= number == signal.SIGTERM
        os.kill(self.pid, number)

    def kill_main(self) -> None:
        """kill -9 of the main process alone; its children find out by themselves, as in life."""
        self.signal(signal.SIGKILL)
        self._popen.wait()

    def kill_child(self) -> None:
        """kill -9 of a worker's first pool child."""
        self.children()[0].kill()

    def terminate(self, timeout: float = 40.0) -> int:
        """SIGTERM, and the exit status."""
        if self.running:
            self.signal(signal.SIGTERM)
        return self._popen.wait(timeout)

    def end(self) -> None:
        """Whatever state it is in, nothing of it is left afterwards."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGCONT)
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


# At each start Celery asks its neighbours what they revoked, and waits a second for answers that nothing of ours reads.
QUICK = ("--loglevel=info", "--without-mingle")


def celery_worker(
    log: Path,
    *arguments: str,
    name: str,
    tree: Path = ROOT,
    app: str = "worker.celery_app",
    start: Start = FORK,
) -> Process:
    command = [str(BIN / "celery"), "-A", app, "worker", *QUICK, "-n", name, *arguments]
    return Process(command, log=log, directory=tree / "api", start=start)


def web_server(log: Path, port: int, *options: str, tree: Path = ROOT) -> Process:
    as_in_the_procfile = ["--no-proxy-headers", "--timeout-graceful-shutdown", "3"]
    command = [str(BIN / "uvicorn"), "main:app", "--port", str(port), *as_in_the_procfile, *options]
    return Process(command, log=log, directory=tree / "api", start=FORK)
