"""What has made a job ready rings, and the dispatcher of the same worker or web process looks at once.

A job mostly ends in a pool child while the dispatcher is in the main process, so the bell is a pipe that is made before
the fork. It says "look" and no more: a byte that is lost costs one POLL. Whoever hands over what it made in this
process (jobs/dispatch/handover.py) says so, since then there is nothing to look for.
"""

import os
import select
import threading
from contextlib import suppress

from sqlalchemy.orm import Session

from core.db import once_committed

LOOK, HANDED = b"!", b"+"


class Bell:
    """Rung by anybody, heard by one."""

    def __init__(self) -> None:
        self._ear, self._hand = os.pipe()
        for end in (self._ear, self._hand):
            os.set_blocking(end, False)
        self._poll = select.poll()
        self._poll.register(self._ear, select.POLLIN)

    def fileno(self) -> int:
        """For a loop that listens to many."""
        return self._ear

    def ring(self, word: bytes = LOOK) -> None:
        """A full pipe has been rung often enough."""
        with suppress(BlockingIOError):
            os.write(self._hand, word)

    def wait(self, timeout: float) -> bytes:
        """Until it rings, or for `timeout` seconds: every word that was said meanwhile, none when it did not ring."""
        if self._poll.poll(timeout * 1000):
            with suppress(BlockingIOError):  # another thread of ours has heard it
                return os.read(self._ear, 65_536)
        return b""


class _Ours:
    """One a process, and its children's."""

    bell: Bell | None = None
    being_made = threading.Lock()


def our_bell() -> Bell:
    """To be called before the fork by a process whose children should ring."""
    with _Ours.being_made:
        _Ours.bell = _Ours.bell or Bell()
        return _Ours.bell


def ring() -> None:
    """Where no dispatcher is, nobody hears it."""
    if _Ours.bell is not None:
        _Ours.bell.ring()


def ring_once_committed(session: Session) -> None:
    """For whoever makes a job ready in the transaction of `session`."""
    once_committed(session, ring)
