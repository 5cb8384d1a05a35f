"""`make run` for real, in a copy of the tree: what a person at the terminal sees, and what is left afterwards."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from core.settings import ROOT
from launch.processes import family, is_alive, kill
from tests.processes import Process
from tests.waiting import wait_for

# One after the other (tests/together.py), since each of them wants the ports that a person would see: 8000 and 5555.
pytestmark = pytest.mark.chaos

PASSED_ON = {"PATH", "HOME", "LANG", "TMPDIR"}
RUNS_AGAIN = "worker ended by itself and runs again"
WORKER = "celery_app worker"
# What is in each command line, and how many processes have it at least: a worker has children.
MEMBERS = {
    "bin/supervisord": 1,
    "uvicorn main:app": 1,
    WORKER: 2,
    "celery_app beat": 1,
    "celery_app flower": 1,
    "launch.broker": 1,
    "epmd -address": 1,
    "beam.smp": 1,
}


@pytest.fixture(autouse=True)
def clean_environment(settings_of_its_own: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() - PASSED_ON:
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)


def copy_compiled(module: Path, copy: Path) -> None:
    """As where it has run before: six processes would compile everything at once."""
    target = Path(cache_from_source(copy))
    target.parent.mkdir(exist_ok=True)
    shutil.copy(cache_from_source(module), target)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What a clone would hold, and the virtual environment that set-up would have made."""
    copy = tmp_path / "slipway"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        with suppress(FileNotFoundError):  # deleted, but not yet committed
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
            if name.endswith(".py"):
                copy_compiled(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(Path(sys.prefix))
    return copy


class Copy:
    """One tree, its launcher, and every process that was seen below it."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.launchers: list[Process] = []
        self.seen: set[psutil.Process] = set()

    def start(self) -> Process:
        log = self.tree.parent / f"launcher-{len(self.launchers)}.log"
        launcher = Process(self.command("run"), log=log, directory=self.tree)
        self.launchers.append(launcher)
        launcher.wait_for_output("Slipway is running.", timeout=150)
        wait_for(self.is_whole, what=f"all of {MEMBERS}")
        return launcher

    def command(self, word: str) -> list[str]:
        return [str(self.tree / ".venv/bin/python"), "-m", "launch", word]

    def say(self, word: str) -> subprocess.CompletedProcess[str]:
        """A second terminal."""
        return subprocess.run(self.command(word), cwd=self.tree, capture_output=True, text=True, timeout=60)

    def members(self) -> list[psutil.Process]:
        found = family(psutil.Process(self.launchers[-1].pid))
        self.seen.update(found)
        return found

    def is_whole(self) -> bool:
        lines = [title(process) for process in self.members()]
        return all(sum(word in line for line in lines) >= count for word, count in MEMBERS.items())

    def left(self) -> list[str]:
        return [title(process) for process in self.seen if is_alive(process)]

    def main_process(self, word: str) -> psutil.Process:
        return wait_for(lambda: next((one for one in self.members() if word in title(one)), None), what=word)

    def is_remembered(self) -> bool:
        """For `stop`, which has nothing else to go by."""
        text = (self.tree / "var/run.json").read_text()
        return all(f'"pid": {process.pid},' in text for process in self.members())

    def manage(self, arguments: str) -> str:
        script = f". var/env.sh && cd api && python manage.py {arguments}"
        return subprocess.run(["sh", "-c", script], cwd=self.tree, capture_output=True, text=True, check=True).stdout

    def end(self) -> None:
        try:
            self.say("stop")
        finally:
            for launcher in self.launchers:
                launcher.end()
            kill(self.seen)


def title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture
def copy(tree: Path) -> Iterator[Copy]:
    one = Copy(tree)
    yield one
    one.end()


def client(launcher: Process, token: str = "") -> httpx2.Client:
    address = re.search(r"Panel +(http://\S+)", launcher.output)
    assert address, launcher.output
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.Client(base_url=address[1], headers=headers, timeout=70, trust_env=False)


def ran_job(api: httpx2.Client) -> str:
    """A job that went through the private RabbitMQ; answers its id."""
    job_id: str = api.post("/api/jobs", json={"task": "ping", "payload": {}}).raise_for_status().json()["job_id"]
    job: Any = api.get(f"/api/jobs/{job_id}", params={"wait": 60}).raise_for_status().json()
    assert (job["state"], job["id"]) == ("succeeded", job_id)
    return job_id


def kill_worker(copy: Copy, launcher: Process) -> None:
    """kill -9 of its main process alone, which the launcher says; another one takes its place."""
    worker, said = copy.main_process(WORKER), launcher.output.count(RUNS_AGAIN)
    worker.kill()
    wait_for(lambda: launcher.output.count(RUNS_AGAIN) > said, what=RUNS_AGAIN)
    assert copy.main_process(WORKER) != worker


def times_up(copy: Copy) -> int:
    """How often the worker has stayed up for long enough to count as started."""
    return (copy.tree / "var/log/supervisord.log").read_text().count("worker entered RUNNING")


def interrupt(copy: Copy, launcher: Process) -> None:
    """Ctrl-C."""
    copy.members()
    launcher.signal(signal.SIGINT)
    wait_for(lambda: not launcher.running, what="the launcher to end")
    assert copy.left() == []


def test_everything_runs_again_after_a_kill_and_nothing_is_left_after_ctrl_c(copy: Copy) -> None:
    launcher = copy.start()
    assert re.search(r"Sign in +admin, password \S{12,}  ", launcher.output)
    assert (copy.tree / "var").stat().st_mode & 0o777 == 0o700
    assert not (copy.tree / "var/initial-admin-password").exists()  # where a web process that was faster puts it
    second = copy.say("run")
    assert (second.returncode, "already runs here" in second.stdout) == (1, True)
    token = copy.manage("token create --name test --role operator").strip()
    with client(launcher, token) as api:
        assert api.get("/healthz").status_code == 200
        first_job = ran_job(api)
        wait_for(lambda: times_up(copy) == 1, what="the worker to stay up")
        kill_worker(copy, launcher)  # late
        assert times_up(copy) == 1
        kill_worker(copy, launcher)  # early: it has not yet counted as started
        ran_job(api)
    interrupt(copy, launcher)

    again = copy.start()
    assert "with the password shown at the first start" in again.output
    assert "admin, password" not in again.output
    with client(again, token) as api:
        assert first_job in [job["id"] for job in api.get("/api/jobs").raise_for_status().json()["items"]]
    interrupt(copy, again)


def test_stop_ends_what_a_killed_launcher_and_supervisor_left(copy: Copy) -> None:
    launcher = copy.start()
    wait_for(copy.is_remembered, what="every process on record")
    supervisor = copy.main_process("bin/supervisord")
    launcher.kill_main()
    supervisor.kill()
    orphans = copy.left()
    assert any(WORKER in orphan for orphan in orphans)

    assert copy.say("stop").stdout == "Stopped.\n"

    assert copy.left() == []
