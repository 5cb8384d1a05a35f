"""Processes as this machine sees them."""

import os
import subprocess
import sys

from jobs.workers.processes import machine, process_started


def test_this_machine_and_this_process_are_known() -> None:
    assert machine() == machine() != ""
    assert process_started(os.getpid()) == process_started(os.getpid()) is not None


def test_a_zombie_is_no_process() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert process_started(process.pid) is None

    process.wait()
