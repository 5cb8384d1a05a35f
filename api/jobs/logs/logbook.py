"""What one attempt says while it runs: kept for about a second, then written in one go by a thread of its own.

An attempt that says nothing costs nothing. A database that is away delays the lines; it neither fails the job nor
holds it up, and a line that was written is there whatever happens to the process.
"""

import itertools
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import DBAPIError

from core import clock
from core.db import writing
from core.engine import connection_in_use
from core.log import presentable, presentable_json
from core.patience import is_trouble
from core.text import NotStorable, storable_json
from jobs.events import announce
from jobs.logs.models import LEVELS, write_lines

log = structlog.get_logger(__name__)

LINES = 2_000  # of one attempt
SERIOUS = ("warning", "error", "critical")
FOR_SERIOUS = 200  # lines more, so that what went wrong at the end is not left out
MESSAGE_LIMIT = 4_000  # characters
FIELDS_LIMIT = 4_000  # characters of JSON
EVENT_LIMIT = 4_000  # characters of lines that an event carries; beyond it the event only says "look again"
BATCH = 500  # lines in one statement

EVERY = 1.0  # seconds
LONGEST_PAUSE = 30.0  # seconds between two tries while the database is away
TRIES_AFTER_THE_END = 5
PUT_OFF = 0.05  # seconds: the attempt itself uses the database just now
MOST_PUT_OFF = 20  # times

current: ContextVar["Logbook | None"] = ContextVar("logbook", default=None)


class Logbook:
    """Lines may come from several threads. Nothing here raises because of the database."""

    def __init__(self, job_id: str, attempt: int) -> None:
        self._job_id, self._attempt = job_id, attempt
        self._waiting: deque[dict[str, Any]] = deque()
        self._numbers = itertools.count(1)
        self._said = itertools.count(1)
        self._left_out = 0
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._failed = self._put_off = 0
        self._closed = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """Until the block ends, what this thread's code logs is this attempt's."""
        before = current.set(self)
        try:
            yield
        finally:
            current.reset(before)

    def add(self, level: str, logger: str, message: str, fields: Mapping[str, Any] | None = None) -> None:
        said = next(self._said)
        if said > LINES + (FOR_SERIOUS if level in SERIOUS else 0):
            self._leave_out()
            return
        self._put(level, logger, _message(message), _fields(fields))
        self._flush_in(EVERY)

    def _leave_out(self) -> None:
        self._left_out += 1
        if self._left_out == 1:
            self._put("warning", "slipway", f"More than {LINES:,} lines: the rest of this attempt is left out.", None)

    def _put(self, level: str, logger: str, message: str, fields: Any) -> None:
        place = {"job_id": self._job_id, "attempt": self._attempt, "number": next(self._numbers), "at": clock.now()}
        known = level if level in LEVELS else "info"
        self._waiting.append({**place, "level": known, "logger": logger[:200], "message": message, "fields": fields})

    def hurry(self) -> None:
        """A good moment to be seen: whoever looks at the job now shall see what led here."""
        if self._waiting:
            self._flush_in(0.0)

    def close(self) -> None:
        """Writes what is left, or waits until it is written; what the database does not take is tried again beside."""
        if self._left_out > 0 and not self._closed:
            self._put("warning", "slipway", f"{self._left_out:,} lines left out.", None)
        self._closed = True
        if not self.flush():
            self._try_again()

    def _flush_in(self, seconds: float) -> None:
        if self._timer is not None and seconds > 0:
            return
        self._timer = threading.Timer(seconds, self._on_time)
        self._timer.daemon = True
        self._timer.start()

    def _on_time(self) -> None:
        self._timer = None
        if connection_in_use() and self._put_off < MOST_PUT_OFF:
            self._put_off += 1  # a second connection for each job would be a high price for its log
            self._flush_in(PUT_OFF)
            return
        self._put_off = 0
        if not self.flush():
            self._try_again()

    def _try_again(self) -> None:
        self._failed += 1
        if not self._closed or self._failed <= TRIES_AFTER_THE_END:
            self._flush_in(min(EVERY * 2**self._failed, LONGEST_PAUSE))

    def flush(self) -> bool:
        """False when the database would not take them: they are kept."""
        with self._writing:
            while self._waiting:
                if not self._write([self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]):
                    return False
        self._failed = 0
        return True

    def _write(self, lines: list[dict[str, Any]]) -> bool:
        try:
            with writing() as session:
                write_lines(session, lines)
        except DBAPIError as error:
            if is_trouble(error):
                self._waiting.extendleft(reversed(lines))
                return False
            log.warning("log lines could not be stored", job_id=self._job_id, error_class=type(error).__name__)
        except BaseException:  # a time limit: the lines are written when the attempt ends
            self._waiting.extendleft(reversed(lines))
            raise
        else:
            _announce(lines)
        return True


def _message(text: str) -> str:
    """Hidden first and cut then: the other way round could leave one half of a secret."""
    shown = presentable(text)
    return shown if len(shown) <= MESSAGE_LIMIT else f"{shown[: MESSAGE_LIMIT - 1]}…"


def _fields(fields: Mapping[str, Any] | None) -> Any:
    if not fields:
        return None
    shown = presentable_json(dict(fields))
    try:
        size = len(storable_json(shown))
    except NotStorable as error:
        return {"left_out": f"not JSON: {error}"[:MESSAGE_LIMIT]}
    return shown if size <= FIELDS_LIMIT else {"left_out": f"{size:,} bytes of JSON"}


def _announce(lines: list[dict[str, Any]]) -> None:
    shown = [{**_without_job(line), "at": _wire_time(line["at"])} for line in lines]
    fits = len(orjson.dumps(shown)) <= EVENT_LIMIT
    first = lines[0]
    numbers = {"first": first["number"], "last": lines[-1]["number"]}
    place = {"job_id": first["job_id"], "attempt": first["attempt"]}
    announce("job-log", **place, **numbers, lines=shown if fits else None)


def _without_job(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "job_id"}


def _wire_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
