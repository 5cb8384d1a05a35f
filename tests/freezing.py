"""Processes that stand still, as on a machine that sleeps."""

import os
import signal
import sqlite3
from pathlib import Path

from sqlalchemy import make_url

from core.engine import get_engine
from tests.waiting import wait_for


def freeze(*pids: int) -> None:
    """Between two writes: one that stands still with SQLite's lock stops everybody, which is another story."""

    def stand_still_without_the_lock() -> bool:
        _signal(pids, signal.SIGSTOP)
        wait_for(lambda: all(map(_stands_still, pids)), what="every thread to stand still")
        if _somebody_may_write():
            return True
        _signal(pids, signal.SIGCONT)
        return False

    wait_for(stand_still_without_the_lock, what="a moment between two writes")


def wake(*pids: int) -> None:
    _signal(pids, signal.SIGCONT)


def _signal(pids: tuple[int, ...], number: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, number)


def _stands_still(pid: int) -> bool:
    """The signal is only asked for when `kill` returns: who was about to lock a file does that first."""
    states = (
        task.joinpath("stat").read_text().rpartition(")")[2].split()[0] for task in Path(f"/proc/{pid}/task").iterdir()
    )
    return all(state == "T" for state in states)


def _somebody_may_write() -> bool:
    connection = sqlite3.connect(make_url(str(get_engine().url)).database or "", timeout=1.0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True
