"""For what is worth doing or saying once in a while, not with every request."""

import threading
import time
from datetime import timedelta

KEPT = 10_000  # keys in memory


class Seldom:
    def __init__(self, every: timedelta) -> None:
        self._every = every.total_seconds()
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}

    def is_due(self, key: str) -> bool:
        """True at most once in the interval for each key, in this process."""
        now = time.monotonic()
        with self._lock:
            if now - self._last.get(key, float("-inf")) < self._every:
                return False
            if len(self._last) >= KEPT:
                self._last.clear()
            self._last[key] = now
            return True
