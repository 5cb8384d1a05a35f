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

LAST_WRITES = 15.0  # seconds that a process which stops gives a slow database


class Recorder(threading.Thread):
    """Does the writes in their order, each until it is through."""

    def __init__(self) -> None:
        super().__init__(name="recorder", daemon=True)
        self._writes: queue.Queue[tuple[str, Write] | None] = queue.Queue()

    def put(self, what: str, write: Write) -> None:
        self._writes.put((what, write))

    def run(self) -> None:
        while (one := self._writes.get()) is not None:
            do_patiently(*one)

    def stop(self, timeout: float) -> None:
        """What is not written by then is healed by the reaper."""
        self._writes.put(None)
        self.join(timeout)


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


def record_last(what: str, write: Write) -> None:
    """After all that was recorded before. Waits for it, unless the database is in trouble for too long."""
    recorder = _recorder or start_recorder()
    recorder.put(what, write)
    recorder.stop(LAST_WRITES)


def _forget_after_fork() -> None:
    global _recorder
    _recorder = None


os.register_at_fork(after_in_child=_forget_after_fork)


def record(what: str, write: Write) -> None:
    """Never raises; `write` must be fenced, so that it does no harm when it comes late."""
    if _recorder is not None:
        _recorder.put(what, write)
    else:
        do_patiently(what, write)
