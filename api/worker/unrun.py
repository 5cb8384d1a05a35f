"""What Celery says will not run: it knows of failures that no job's ending tells, such as a chord's."""

from functools import partial
from typing import Any

from core.db import writing
from core.patience import until_through
from jobs import unrun

PATIENCE = 30.0  # seconds of database trouble


def record_all(signature: Any, error: object) -> None:
    """Every part of it, each of which has its id already; nothing happens to a job that is there."""
    until_through(partial(_record, signature, error), what="what is not run", patience=PATIENCE)


def record(task_id: str | None, task: Any, error: object) -> None:
    """Likewise."""
    record_all({"task": task, "options": {"task_id": task_id}}, error)


def _record(signature: Any, error: object) -> None:
    with writing() as session:
        unrun.record(session, signature, error)
