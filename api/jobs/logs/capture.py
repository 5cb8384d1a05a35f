"""From Python's logging, structlog's included, to the logbook of the attempt that runs in this thread."""

import logging
import sys
import traceback
from functools import lru_cache
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded

from core.settings import ROOT
from jobs.logs.logbook import Logbook, current

OWN_LOGGER = "slipway.job"  # RunningJob.log's copy for the process's own log
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
KNOWN_ALREADY = ("event", "level", "logger", "timestamp", "job_id", "task", "worker", "attempt", "exc_info")


@lru_cache(maxsize=1_000)
def is_library(logger: str) -> bool:
    """Its first part names a module that is loaded and is not ours."""
    module = sys.modules.get(logger.partition(".")[0])
    file = getattr(module, "__file__", None) or ""
    return module is not None and not file.startswith(str(ROOT / "api"))


class Capture(logging.Handler):
    """Libraries are heard from WARNING on."""

    def emit(self, record: logging.LogRecord) -> None:
        book = current.get()
        if book is None or record.name == OWN_LOGGER or (record.levelno < logging.WARNING and is_library(record.name)):
            return
        try:
            _note(book, record)
        except SoftTimeLimitExceeded:  # meant for the job, which may do little else than log
            raise
        except Exception as error:
            book.add("warning", record.name, f"a line could not be kept: {type(error).__name__}")


def _note(book: Logbook, record: logging.LogRecord) -> None:
    if isinstance(record.msg, dict):  # structlog's
        event = record.msg
        text, error = str(event.get("event", "")), event.get("exc_info") or record.exc_info
        fields = {name: value for name, value in event.items() if name not in KNOWN_ALREADY and name[:1] != "_"}
    else:
        text, error = record.getMessage(), record.exc_info
        fields = {name: value for name, value in vars(record).items() if name not in STANDARD and name[:1] != "_"}
    book.add(record.levelname.lower(), record.name, "\n".join([text, *_traceback(error)]), fields)


def _traceback(error: Any) -> list[str]:
    """`error` as logging and structlog take it: an exception, its three parts, or True for the one in hand."""
    if not error:
        return []
    found = error if isinstance(error, BaseException) else (error if isinstance(error, tuple) else sys.exc_info())[1]
    return ["".join(traceback.format_exception(found)).rstrip()] if found is not None else []


def install() -> None:
    """To be called after logging is set up; twice does no harm."""
    root = logging.getLogger()
    if not any(isinstance(one, Capture) for one in root.handlers):
        root.addHandler(Capture())
