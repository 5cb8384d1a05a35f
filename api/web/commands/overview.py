"""`manage.py queues`: what the panel shows, for the terminal."""

import typer

from core.db import reading
from web.broker_watch import ask_once
from web.commands.text_table import text_table
from web.queue_view import COUNTED, view_queues
from web.routes.overview_schemas import QueueOut


def queues() -> None:
    """Jobs by state from the database, and messages that wait in the broker."""
    broker = ask_once()
    if broker.reason:
        typer.echo(broker.reason, err=True)
    with reading() as session:
        rows = [_queue(queue) for queue in view_queues(session, broker)]
    typer.echo(text_table(("queue", *(state.value for state in COUNTED), "messages", "workers"), rows))


def _queue(queue: QueueOut) -> tuple[object, ...]:
    """A question mark where the broker did not say."""
    messages = "?" if queue.messages is None else queue.messages
    counts = (getattr(queue, state.value) for state in COUNTED)
    return (queue.name, *counts, messages, "none!" if queue.unattended else len(queue.workers))
