"""Writes of a worker's main process: handed to one patient thread, because the process itself must never wait.

In a pool child, and in any other process, a write is simply done on the spot with the same patience.
"""

import os
import queue
import threading
from collections.abc import Callable

import structlog

from core.patience import until_through
from jobs.claim import Superseded

log = structlog.get_logger(__name__)

Write = Callable[[], object]

BESIDE = 5.0  # seconds that a process which stops gives a slow database for what waits for nothing else
LAST_WRITES = 10.0  # seconds that it gives it for what was recorded before


class Recorder(threading.Thread):
    """Does the writes in their order, each until it is through."""

    def __init__(self) -> None:
        super().__init__(name="recorder", daemon=True)
        self._writes: queue.Queue[tuple[str, Write, str | None] | None] = queue.Queue()
        self._ending: list[str] = []

    def put(self, what: str, write: Write, ends: str | None = None) -> None:
        if ends is not None:
            self._ending.append(ends)
        self._writes.put((what, write, ends))

    def run(self) -> None:
        while (one := self._writes.get()) is not None:
            what, write, ends = one
            do_patiently(what, write)
            if ends is not None:
                self._ending.remove(ends)

    def stop(self, timeout: float) -> bool:
        """False when something is not written by then, which is healed by the reaper."""
        self._writes.put(None)
        self.join(timeout)
        return not self.is_alive()

    @property
    def ending(self) -> set[str]:
        """The jobs whose end is not written yet."""
        return set(self._ending)


def do_patiently(what: str, write: Write) -> None:
    try:
        until_through(write, what=what)
    except Superseded:
        log.info("refused: the job has moved on", what=what)
    except Exception:
        log.exception("a write failed", what=what)


_recorder: Recorder | None = None


def start_recorder() -> Recorder:
    global _recorder
    _recorder = Recorder()
    _recorder.start()
    return _recorder


def record_beside(what: str, write: Write) -> None:
    """Waits for nothing that was recorded before: one such write may wait for a row that somebody holds."""
    beside = Recorder()
    beside.start()
    beside.put(what, write)
    beside.stop(BESIDE)


def wait_for_writes() -> None:
    """For those that were recorded before, unless the database is in trouble for too long."""
    written = threading.Event()
    record("all before", written.set)
    written.wait(LAST_WRITES)


def record_last(what: str, write: Write, *, patience: float | None = None) -> None:
    """After all that was recorded before. Waits for it for LAST_WRITES, or for `patience` seconds."""
    recorder = _recorder or start_recorder()
    recorder.put(what, write)
    if not recorder.stop(LAST_WRITES if patience is None else patience):
        log.warning("the database did not take everything; the reaper heals it", what=what, jobs=sorted(ending()))


def ending() -> set[str]:
    """The ids of jobs whose end was recorded and is not written yet."""
    return _recorder.ending if _recorder is not None else set()


def _forget_after_fork() -> None:
    global _recorder
    _recorder = None


os.register_at_fork(after_in_child=_forget_after_fork)


def record(what: str, write: Write, *, ends: str | None = None) -> None:
    """Never raises; `write` must be fenced, so that it does no harm when it comes late. `ends` is the job that must not
    be queued again before it, if there is one."""
    if _recorder is not None:
        _recorder.put(what, write, ends)
    else:
        do_patiently(what, write)
