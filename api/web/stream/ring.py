"""The last events, so that a client that lost its connection gets what it missed.

An event's id is `offset:index:stamp`. Offset and index are its place in the broker's stream (one message may hold
several events). The stamp is its time in milliseconds: after the stream was lost and made anew, offsets start again at
0, and the stamp tells the new event at an offset from the old one.
"""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import orjson

SIZE = 10_000
END_OF_TIME = 253_402_300_800_000  # milliseconds since 1970: a datetime ends with the year 9999


@dataclass(frozen=True)
class Position:
    offset: int
    index: int
    stamp: int  # milliseconds since 1970

    def __str__(self) -> str:
        return f"{self.offset}:{self.index}:{self.stamp}"

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.stamp / 1000, UTC)

    @classmethod
    def parse(cls, text: str) -> "Position | None":
        """None for what is not one of our ids."""
        try:
            offset, index, stamp = (int(part) for part in text.split(":"))
        except ValueError:
            return None
        return cls(offset, index, stamp) if min(offset, index) >= 0 and 0 <= stamp < END_OF_TIME else None


@dataclass(frozen=True)
class LiveEvent:
    """`position` is None for what the sweep found in the table: it has no place in the stream."""

    kind: str
    data: dict[str, Any]
    position: Position | None = None

    @cached_property
    def text(self) -> str:
        """As a server-sent event: made once, however many listen."""
        place = f"id: {self.position}\n" if self.position else ""
        return f"{place}event: {self.kind}\ndata: {orjson.dumps(self.data).decode()}\n\n"


class Ring:
    """Filled by one thread, read by others."""

    def __init__(self, size: int = SIZE) -> None:
        self._events: deque[LiveEvent] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._covered_from: int | None = None
        self._next_offset = 0

    @property
    def next_offset(self) -> int:
        return self._next_offset

    @property
    def newest(self) -> Position | None:
        with self._lock:
            return self._events[-1].position if self._events else None

    def clear(self) -> None:
        with self._lock:
            self._events.clear()
            self._covered_from, self._next_offset = None, 0

    def add(self, offset: int, events: list[LiveEvent]) -> None:
        """All events of the message at `offset`; a message without events for us counts as seen."""
        with self._lock:
            if self._covered_from is None:
                self._covered_from = offset
            self._next_offset = offset + 1
            self._events.extend(events)

    def after(self, position: Position) -> list[LiveEvent] | None:
        """What came after `position`; None when that is not known any more, so the client must reload."""
        with self._lock:
            if self._covered_from is None:
                return None
            if position.offset == self._covered_from - 1:
                return self._whole(position)
            known = [place for place, one in enumerate(self._events) if one.position == position]
            return list(self._events)[known[0] + 1 :] if known else None

    def _whole(self, position: Position) -> list[LiveEvent] | None:
        first = self._events[0].position if self._events else None
        fits = first is None or (first.offset >= position.offset and first.stamp >= position.stamp)
        return list(self._events) if fits and len(self._events) < (self._events.maxlen or 0) else None
