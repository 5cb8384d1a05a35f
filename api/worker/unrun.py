"""What Celery says will not run: it knows of failures that no job's ending tells, such as a chord's."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from core.db import writing
from core.patience import until_through
from jobs import unrun

PATIENCE = 30.0  # seconds of database trouble


def record_all(signature: Any, error: object) -> None:
    """Every part of it, each of which has its id already; nothing happens to a job that is there."""
    _record_in_time(list(unrun.parts_of(signature)), error)


def record(task_id: str | None, task: Any, error: object) -> None:
    """One part, which may be a task that Celery does not name."""
    if isinstance(task_id, str) and isinstance(task, str):
        _record_in_time([(task_id, task)], error)


def _record_in_time(parts: Sequence[unrun.Part], error: object) -> None:
    until_through(partial(_record, parts, error), what="what is not run", patience=PATIENCE)


def _record(parts: Sequence[unrun.Part], error: object) -> None:
    with writing() as session:
        unrun.record(session, parts, error)
