"""`make run`: everything on one machine, until Ctrl-C."""

import signal
from pathlib import Path

from launch import leftovers
from launch.console import Stop, say
from launch.launcher import Launcher
from launch.paths import VAR
from launch.private_files import private_folder

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Asked(Exception):
    """Somebody asked us to stop."""


def run(file: Path) -> None:
    refuse_a_second_run()
    leftovers.end_all()
    listen_for_stop()
    private_folder(VAR)
    try:
        Launcher(file).run()
    except Asked:
        pass
    finally:
        leftovers.forget()
    say("Stopped.")


def refuse_a_second_run() -> None:
    if running := leftovers.running_launcher():
        raise Stop(f"Slipway already runs here (process {running.pid}). `make stop` ends it.")


def listen_for_stop() -> None:
    for one in STOP_SIGNALS:
        signal.signal(one, ask)


def ask(*_: object) -> None:
    # Only once: pressing Ctrl-C again must not break the orderly stop.
    for one in STOP_SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    raise Asked
