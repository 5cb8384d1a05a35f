"""A thread that listens to the broker for ever: whatever goes wrong, it connects again after a pause."""

import threading
import time
from contextlib import suppress

import structlog
from kombu import Connection

from jobs.broker import connect, hang_up

log = structlog.get_logger(__name__)


class Listener(threading.Thread):
    """`name` is what the broker's own pages call its connection."""

    POLL = 1.0  # seconds
    LONGEST_PAUSE = 5.0  # seconds between two tries

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._stopping = threading.Event()

    def attach(self, connection: Connection) -> None:
        """Begins to consume on a new connection."""
        raise NotImplementedError

    def stop(self, timeout: float = 3.0) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        pause = self.POLL
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._listen()
            except Exception as error:
                log.warning("not listening", to=self.name, error=f"{type(error).__name__}: {error}", pause=pause)
            lasted = time.monotonic() - started
            pause = self.POLL if lasted > self.LONGEST_PAUSE else min(pause * 2, self.LONGEST_PAUSE)
            self._stopping.wait(pause)

    def _listen(self) -> None:
        connection = connect(self.name)
        try:
            self.attach(connection)
            while not self._stopping.is_set():
                self._drain(connection)
        finally:
            with suppress(Exception):
                hang_up(connection)

    def _drain(self, connection: Connection) -> None:
        with suppress(TimeoutError):
            connection.drain_events(timeout=self.POLL)
        connection.heartbeat_check()
