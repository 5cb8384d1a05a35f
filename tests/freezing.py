"""Processes that stand still, as on a machine that sleeps."""

import os
import signal
import sqlite3

from sqlalchemy import make_url

from core.db import get_engine
from tests.waiting import wait_for


def freeze(*pids: int) -> None:
    """Between two writes: one that stands still with SQLite's lock stops everybody, which is another story."""

    def stand_still_without_the_lock() -> bool:
        _signal(pids, signal.SIGSTOP)
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


def _somebody_may_write() -> bool:
    connection = sqlite3.connect(make_url(str(get_engine().url)).database or "", timeout=1.0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True
