"""While requests pour in they and the dispatcher of their process want the same interpreter, and somebody waits for
their answers: between few messages, and after a round, it rests for a multiple of the processor time that they took.

A dispatcher that goes on without a rest is what the slowest requests have waited for. Those of the workers, where
nobody submits, do go on, and take from the table what it leaves there; where no worker lives, most of it is published
as soon as the crowd has gone. Those who submit in a crowd share their commits better if the first of them waits a
moment (jobs/committer.py).
"""

import threading
import time

MANY = 400.0  # jobs a second; below that nobody waits for a rest
WINDOW = 0.1  # seconds in which they are counted
RESTING = 9.0  # so that nine tenths of the interpreter are left to the others
LONGEST_REST = 0.1  # seconds; a batch is published within its lease, all its rests included


class Crowd:
    """Counted by the one thread that makes jobs; any thread may look for it."""

    def __init__(self) -> None:
        self._come = self._seen = 0
        self._since = time.monotonic()
        self._is_here = False
        self._lock = threading.Lock()

    def come(self, jobs: int) -> None:
        self._come += jobs

    def is_here(self) -> bool:
        """As it was in the last window."""
        with self._lock:
            come, now = self._come, time.monotonic()
            if (lasted := now - self._since) >= WINDOW:
                self._is_here = come - self._seen >= MANY * lasted
                self._seen, self._since = come, now
            return self._is_here


class Rests:
    """Of one thread, which calls `rest` again and again; it ends at once when the thread is to stop."""

    def __init__(self, crowd: Crowd, stopping: threading.Event) -> None:
        self._crowd, self._stopping = crowd, stopping
        self._worked = 0.0

    def rest(self) -> None:
        before, self._worked = self._worked, time.thread_time()
        if self._crowd.is_here():
            self._stopping.wait(min((self._worked - before) * RESTING, LONGEST_REST))
