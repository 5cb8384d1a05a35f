"""Ends what a benchmark has started, when it was itself ended by force and could not.

`python -m benchmarks.guard DIRECTORY` waits until its standard input ends, which is when the process at the other end
does. Whatever then still has DIRECTORY in its command or its environment was started there.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from launch.processes import kill

STAGE = "BENCH_STAGE"  # the variable by which everything that inherits an environment is known


@contextmanager
def guarded(directory: Path) -> Iterator[None]:
    """Everything that is started in the block ends with this process, in whatever way it ends."""
    command = [sys.executable, "-m", "benchmarks.guard", str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):
        yield


def started_in(directory: str) -> list[psutil.Process]:
    return [one for one in psutil.process_iter() if one.pid != os.getpid() and _belongs(one, directory)]


def _belongs(process: psutil.Process, directory: str) -> bool:
    """Processes of others cannot be looked at, and are none of ours."""
    with suppress(psutil.Error):
        return any(directory in one for one in (*process.cmdline(), *process.environ().values()))
    return False


def main(directory: str) -> None:
    sys.stdin.read()
    while left := started_in(directory):  # again: one of them may just have started another
        kill(left)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
