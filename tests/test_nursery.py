"""A program that is forked is what it would be if it had been started: the tests that start workers rely on it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.nursery import Forked, nursery
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every program is started anew")

HERE: dict[str, Any] = {"directory": Path("/"), "env": {}}
ONLY = {"PYTHONPATH": "/further"}
TELL = """
import json, os, sys
OURS = ("core", "jobs", "web", "worker", "workloads", "celery", "kombu", "amqp", "billiard", "flower")
loaded = sorted({name.partition(".")[0] for name in sys.modules} & set(OURS))
print(json.dumps([__name__, sys.argv[1:], dict(os.environ), os.getcwd(), os.getpgid(0), sys.path[:2], loaded]))
sys.exit(3)
"""


def program(directory: Path, code: str) -> str:
    path = directory / "program"
    path.write_text(code)
    return str(path)


def test_it_has_its_own_arguments_environment_folder_and_group_and_nothing_of_slipway_or_celery(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [program(tmp_path, TELL), "--an", "argument"]

    forked = Forked(command, log=log, directory=Path("/"), env=ONLY)

    assert forked.wait(timeout=60) == 3
    told = ["__main__", ["--an", "argument"], ONLY, "/", forked.pid, [str(tmp_path), "/further"], []]
    assert json.loads(log.read_text()) == told


def test_its_status_tells_the_signal_that_ended_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    forked = Forked([program(tmp_path, "import time; print(1, flush=True); time.sleep(600)")], log=log, **HERE)
    wait_for(log.read_text, what="the program to run")
    assert forked.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        forked.wait(timeout=0)

    os.killpg(forked.pid, signal.SIGKILL)

    assert forked.wait(timeout=60) == -signal.SIGKILL
    assert nursery().ask(ended=forked.pid) == -signal.SIGKILL, "also when somebody asks again"


def test_what_goes_wrong_in_it_is_in_its_log(tmp_path: Path) -> None:
    forked = Forked([program(tmp_path, "1 / 0")], log=tmp_path / "log", **HERE)

    assert forked.wait(timeout=60) == 1
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()
