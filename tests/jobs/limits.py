"""Pauses and limits as an operator has set them, written straight into the tables."""

from typing import Any

from sqlalchemy import delete, insert

from core import clock
from core.db import writing
from jobs.queues.settings import QueueSettings, TaskSettings


def set_queue(queue: str = "default", **values: Any) -> None:
    row = {"queue": queue, "state": "open", "updated_at": clock.now(), **values}
    with writing() as session:
        session.execute(delete(QueueSettings).where(QueueSettings.queue == queue))
        session.execute(insert(QueueSettings).values(**row))


def set_task(task: str, rate_limit: str | None) -> None:
    with writing() as session:
        session.execute(delete(TaskSettings).where(TaskSettings.task == task))
        session.execute(insert(TaskSettings).values(task=task, rate_limit=rate_limit, updated_at=clock.now()))
