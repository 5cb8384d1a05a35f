"""What runs here, on record, so that it can be ended after its terminal was lost."""

import psutil

from launch.broker import PrivateBroker
from launch.paths import RABBITMQ, RUN_FILE
from launch.processes import ProcessFile, Remembered, end, family, roots

LAUNCHER, SUPERVISOR = "launcher", "supervisor"
# A little more than the launcher takes to stop everything.
GRACE = 33.0

RUN = ProcessFile(RUN_FILE)


def remember(supervisor: psutil.Process) -> None:
    """With every process below it: supervisord itself may be killed."""
    running = {LAUNCHER: psutil.Process(), SUPERVISOR: supervisor}
    below = {str(process.pid): process for process in family(supervisor)[1:]}
    RUN.write({name: Remembered.of(process) for name, process in (running | below).items()})


def running_launcher() -> psutil.Process | None:
    return RUN.alive().get(LAUNCHER)


def end_all() -> bool:
    """Only those at the top are asked: each stops what is below it in order."""
    alive = RUN.alive().values()
    end(roots(alive), grace=GRACE)
    forget()
    return bool(alive)


def forget() -> None:
    """A broker that lost its keeper is not among those on record here."""
    if (RABBITMQ / "processes.json").exists():
        PrivateBroker(RABBITMQ).stop()
    RUN.clear()
