"""Pool children and their main process."""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress

import psutil

from jobs.workers.processes import process_started

PR_SET_PDEATHSIG = 1  # linux/prctl.h
DYING = 5.0  # seconds; only a process that is stuck in the kernel takes longer


_main_pid: int | None = None


def remember_main_process() -> None:
    """To be called in the main process, before it forks."""
    global _main_pid
    _main_pid = os.getpid()


def die_with_parent() -> None:
    """A main process that was killed must not leave a child behind that still runs a job which another worker takes up.

    Linux only; elsewhere the child finds its writes refused. A pool of no processes calls the main process its child.
    """
    if not sys.platform.startswith("linux") or os.getpid() == _main_pid:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if _main_pid is not None and os.getppid() != _main_pid:  # it died before this was asked for
        os.kill(os.getpid(), signal.SIGKILL)


def wait_until_gone(pid: int) -> None:
    """After SIGKILL, which is certain and yet takes its moment. A zombie does nothing any more and counts as gone."""
    deadline = time.monotonic() + DYING
    while process_started(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.005)


def end_children() -> None:
    """Of this process: whatever still runs there is about to be given back."""
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            child.kill()
        wait_until_gone(child.pid)
