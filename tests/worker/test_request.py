"""A delivery in the worker's main process: what it tells the listeners of events."""

from types import SimpleNamespace
from typing import Any

from worker.request import JobRequest

ADDRESS = "amqp://slipway:hunter2-of-acme@broker/"


class Ears:
    """Celery's event dispatcher, as far as a request knows it."""

    enabled = True

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    def send(self, type: str, **fields: Any) -> None:
        self.heard.append({"type": type, **fields})


def test_what_logs_hide_is_in_no_event_either(sqlite_database: str) -> None:
    """Flower shows it to everybody who may look."""
    request, ears = JobRequest.__new__(JobRequest), Ears()
    request.id, request._eventer, request._task = "j1", ears, SimpleNamespace(send_events=True)

    request.send_event("task-failed", exception=f"OSError('no {ADDRESS}')", traceback=f"… {ADDRESS}", runtime=1.5)

    [told] = ears.heard
    assert "hunter2" not in str(told)
    assert (told["type"], told["uuid"], told["runtime"]) == ("task-failed", "j1", 1.5)
    assert told["exception"] == "OSError('no amqp://slipway:•••@broker/')"
