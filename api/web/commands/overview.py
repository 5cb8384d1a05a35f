"""`manage.py workers` and `manage.py queues`."""

from collections import Counter

import typer
from sqlalchemy import func, select

from core import clock
from core.db import reading
from core.queues import DEAD_LETTER_QUEUE, Queue
from core.settings import get_settings
from jobs.broker import connect, declare_topology, ready_messages
from jobs.liveness import DEAD_AFTER
from jobs.models import Job, WorkerIncarnation
from jobs.states import OPEN, JobState
from web.commands.text_table import text_table

SHOWN = (JobState.QUEUED, JobState.RUNNING, JobState.SCHEDULED, JobState.RETRYING)


def workers() -> None:
    """The workers that have not ended, and how long ago each was heard of."""
    with reading() as session:
        found = session.scalars(select(WorkerIncarnation).where(WorkerIncarnation.ended_at.is_(None)))
        rows = [_worker(one) for one in found]
    typer.echo(text_table(("name", "state", "pid", "pool", "seen", "queues"), sorted(rows)))


def _worker(worker: WorkerIncarnation) -> tuple[str, ...]:
    silent = clock.now() - worker.seen_at
    pool = f"{worker.pool or '?'} x{worker.concurrency or '?'}"
    seconds = f"{max(0, round(silent.total_seconds()))} s ago"
    state = "alive" if silent < DEAD_AFTER else "silent"
    return (worker.name, state, str(worker.pid), pool, seconds, ", ".join(worker.queues))


def queues() -> None:
    """Jobs by state from the database, and messages that wait in the broker."""
    jobs, messages = _open_jobs(), _messages()
    rows = [
        (queue, *(jobs[queue, state] for state in SHOWN), messages.get(queue, "?"))
        for queue in (*(one.value for one in Queue), DEAD_LETTER_QUEUE)
    ]
    typer.echo(text_table(("queue", *(state.value for state in SHOWN), "messages"), rows))


def _open_jobs() -> Counter[tuple[str, str]]:
    counts = select(Job.queue, Job.state, func.count()).where(Job.state.in_(OPEN)).group_by(Job.queue, Job.state)
    with reading() as session:
        return Counter({(queue, state): count for queue, state, count in session.execute(counts)})


def _messages() -> dict[str, int]:
    """Empty when the broker is away or not set; the table then says so by a question mark."""
    if not get_settings().has_broker:
        return {}
    try:
        with connect("manage") as connection:
            channel = connection.channel()
            declare_topology(channel)
            names = (*(one.value for one in Queue), DEAD_LETTER_QUEUE)
            return {name: ready_messages(channel, name) for name in names}
    except Exception as error:
        typer.echo(f"The broker does not answer ({type(error).__name__}).", err=True)
        return {}
