"""Guessing passwords is made slow: a growing delay after each failure, and a full stop after ten.

Kept in this process' memory: with several web processes an attacker has as many times the tries, which is still few.
"""

import threading
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network

from core.errors import AppError

WINDOW = 15 * 60.0  # seconds after which a failure is forgotten
LIMIT = 10  # failures of one user from one address
ADDRESS_LIMIT = 50  # failures of one address, whatever the names
FIRST_DELAY, LONGEST_DELAY = 0.25, 4.0  # seconds
KEPT = 10_000  # keys in memory


class TooManyAttempts(AppError):
    """Too many attempts to sign in failed. Try again in 15 minutes."""

    status = 429

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too many attempts to sign in failed. Try again in {max(1, round(seconds / 60))} minutes.")
        self.headers = {"Retry-After": str(max(1, round(seconds)))}


@dataclass
class _Record:
    count: int
    until: float


class Throttle:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[tuple[str, str], _Record] = {}

    def attempt(self, user: str, address: str) -> float:
        """Counts an attempt as failed until `succeeded` is called, and answers the seconds to wait before it.

        Counting first leaves nothing to gain from many attempts at once. Raises TooManyAttempts.
        """
        address = _place(address)
        with self._lock:
            self._forget()
            for key, limit in (((user, address), LIMIT), (("", address), ADDRESS_LIMIT)):
                self._check(key, limit)
            self._add(("", address))
            return _delay(self._add((user, address)))

    def succeeded(self, user: str, address: str) -> None:
        address = _place(address)
        with self._lock:
            self._records.pop((user, address), None)
            whole = self._records.get(("", address))
            if whole is not None:
                whole.count -= 1

    def _check(self, key: tuple[str, str], limit: int) -> None:
        record = self._records.get(key)
        if record is not None and record.count >= limit:
            raise TooManyAttempts(record.until - time.monotonic())

    def _add(self, key: tuple[str, str]) -> int:
        record = self._records.setdefault(key, _Record(0, 0.0))
        record.count, record.until = record.count + 1, time.monotonic() + WINDOW
        return record.count

    def _forget(self) -> None:
        now = time.monotonic()
        if len(self._records) > KEPT:
            self._records = dict(list(self._records.items())[KEPT // 2 :])
        for key in [key for key, record in self._records.items() if record.until <= now]:
            del self._records[key]


def _place(address: str) -> str:
    """Of IPv6 the network: whoever has one line has 2⁶⁴ addresses, a new one for each guess."""
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or IPv6Network((int(found), 64), strict=False))


def _delay(attempt: int) -> float:
    """Two tries are free, since people mistype."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 3)) if attempt > 2 else 0.0
