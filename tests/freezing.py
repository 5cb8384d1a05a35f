"""Processes that stand still, as on a machine that sleeps."""

import os
import signal
import sqlite3
from pathlib import Path

from sqlalchemy import make_url, text, update

from core import clock
from core.db import is_postgresql, reading, writing
from core.engine import get_engine
from jobs.models import WorkerIncarnation
from jobs.workers.liveness import DEAD_AFTER
from tests.waiting import wait_for

# Of others; what has written nothing yet holds nobody up.
WRITERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
"""


def freeze(*pids: int) -> None:
    """Between two writes: one that stands still with a lock stops everybody, which is another story."""

    def stand_still_without_the_lock() -> bool:
        stand_still(*pids)
        if _somebody_may_write():
            return True
        _signal(pids, signal.SIGCONT)
        return False

    wait_for(stand_still_without_the_lock, what="a moment between two writes")


def stand_still(*pids: int) -> None:
    """Wherever they are just now."""
    _signal(pids, signal.SIGSTOP)
    wait_for(lambda: all(map(_stands_still, pids)), what="every thread to stand still")


def wake(*pids: int) -> None:
    _signal(pids, signal.SIGCONT)


def a_minute_passes(worker: str) -> None:
    """What a minute of silence looks like in the table; nothing else depends on that time."""
    with writing() as session:
        silent = update(WorkerIncarnation).where(WorkerIncarnation.name == worker)
        session.execute(silent.values(seen_at=clock.now() - DEAD_AFTER * 1.4))


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
    with reading() as session:
        if is_postgresql(session):
            return session.scalar(text(WRITERS)) == 0
    connection = sqlite3.connect(make_url(str(get_engine().url)).database or "", timeout=1.0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True
