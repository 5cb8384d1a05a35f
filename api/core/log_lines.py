"""A record of Python's logging as one line: structlog's records and all others.

It does what structlog's ProcessorFormatter does, without the two copies that one makes of each record. Celery logs two
lines of each task, and of a job that does little they are a sixth of what it costs.
"""

import logging
from collections.abc import Sequence
from typing import Any

from structlog.typing import Processor


class LineFormatter(logging.Formatter):
    """`foreign` prepares records that are not structlog's; the last of `processors` makes the line of an event."""

    def __init__(self, *, foreign: Sequence[Processor], processors: Sequence[Processor]) -> None:
        super().__init__()
        self._foreign, self._processors = foreign, processors

    def format(self, record: logging.LogRecord) -> str:
        """Leaves the record as it is, for other handlers."""
        level = record.levelname.lower()
        event = _structlogs_event(record) or self._foreign_event(record, level)
        for process in self._processors:
            event = process(None, level, event)
        return str(event)

    def _foreign_event(self, record: logging.LogRecord, level: str) -> Any:
        event: Any = {"event": record.getMessage(), "_record": record}
        if record.exc_info:
            event["exc_info"] = record.exc_info
        if record.stack_info:
            event["stack_info"] = record.stack_info
        for process in self._foreign:
            event = process(None, level, event)
        del event["_record"]
        return event


def _structlogs_event(record: Any) -> Any:
    """None for other records. Its own are marked by ProcessorFormatter.wrap_for_formatter, the last of its steps."""
    return dict(record.msg) if hasattr(record, "_logger") else None
