import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from launch.processes import ProcessFile, Remembered, end

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"


@pytest.fixture
def deaf() -> Iterator[psutil.Process]:
    """A process that ignores a polite request."""
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        yield psutil.Process(child.pid)
        child.kill()


def test_a_process_is_found_again_by_pid_and_start_time(tmp_path, deaf):
    file = ProcessFile(tmp_path / "processes.json")
    file.write({"deaf": Remembered.of(deaf)})
    assert file.alive() == {"deaf": deaf}


def test_another_process_under_the_same_pid_is_left_alone(deaf):
    remembered = Remembered.of(deaf)
    assert replace(remembered, started=remembered.started - 60).find() is None


def test_a_process_that_does_not_listen_is_killed_after_the_grace(deaf):
    remembered = Remembered.of(deaf)
    end([deaf], grace=0.2)
    assert remembered.find() is None
