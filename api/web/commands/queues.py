"""`manage.py queues`: what the panel shows and does, for the terminal. It needs no worker and no web process."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from core.db import reading
from jobs.queues import control
from jobs.queues.control import check_queue
from jobs.queues.purge import Purge, Purged, count_waiting
from jobs.queues.purge import purge as purge_jobs
from web.broker_watch import ask_once
from web.commands.audited import audited, audited_while_it_lasts, command
from web.commands.text_table import text_table
from web.queue_view import COUNTED, view_queues
from web.routes.overview_schemas import QueueOut

queues = typer.Typer(help="The queues: what waits in each, and pausing, draining, limiting and purging them.")

Queue = Annotated[str, typer.Argument(help="A queue's name.")]
Reason = Annotated[str | None, typer.Option(help="Shown wherever the queue is.")]
LIFT = "none"


@queues.callback(invoke_without_command=True)
def list_queues(context: typer.Context) -> None:
    """Jobs by state from the database, and messages that wait in the broker."""
    if context.invoked_subcommand is not None:
        return
    broker = ask_once()
    if broker.reason:
        typer.echo(broker.reason, err=True)
    with reading() as session:
        rows = [_row(queue) for queue in view_queues(session, broker)]
    typer.echo(text_table(("queue", "state", *(state.value for state in COUNTED), "messages", "workers"), rows))


def _row(queue: QueueOut) -> tuple[object, ...]:
    """A question mark where the broker did not say."""
    messages = "?" if queue.messages is None else queue.messages
    counts = (getattr(queue, state.value) for state in COUNTED)
    listening = "none!" if queue.unattended else len(queue.workers)
    return (queue.name, queue.state, *counts, messages, listening)


@queues.command()
def show(queue: Queue) -> None:
    """One queue: its state, its limits, and what holds its jobs back."""
    check_queue(queue)
    with reading() as session:
        [one] = view_queues(session, ask_once(), names=[queue])
    for name, value in _facts(one).items():
        typer.echo(f"{name}: {value}")


def _facts(one: QueueOut) -> dict[str, Any]:
    paused = f", by {one.paused_by} at {one.paused_at:%Y-%m-%d %H:%M} UTC" if one.paused_at else ""
    until = f" until {one.held.until:%H:%M:%S} UTC" if one.held and one.held.until else ""
    return {
        "state": f"{one.state}{paused}{f' ({one.reason})' if one.reason else ''}",
        "queued": one.queued,
        "in flight": one.in_flight,
        "held": f"{one.held_jobs}, by {one.held.by}{until}" if one.held else "nothing",
        "concurrency limit": one.concurrency_limit or LIFT,
        "rate limit": one.rate_limit or LIFT,
    }


@queues.command()
def pause(queue: Queue, reason: Reason = None) -> None:
    """Dispatch nothing more; workers leave the queue within two seconds and finish what they hold."""
    with audited("pause_queue", queue, reason=reason) as session:
        control.pause(session, queue, by=command("pause_queue").actor, reason=reason)
    _say(queue, "is paused")


@queues.command()
def drain(queue: Queue, reason: Reason = None) -> None:
    """Dispatch nothing more; pause the queue when what was dispatched has ended."""
    with audited("drain_queue", queue, reason=reason) as session:
        state = control.drain(session, queue, by=command("drain_queue").actor, reason=reason).state
    _say(queue, f"is {state}")


@queues.command()
def resume(queue: Queue) -> None:
    """Dispatch what waits."""
    with audited("resume_queue", queue) as session:
        control.resume(session, queue)
    _say(queue, "is open")


@queues.command()
def limit(
    queue: Queue,
    concurrency: Annotated[str | None, typer.Option(help="Jobs at once on all workers together, or none.")] = None,
    rate: Annotated[str | None, typer.Option(help="Such as 10/m, or none.")] = None,
) -> None:
    """Set how many jobs may run at once, and how many may be dispatched in a time."""
    limits: dict[str, Any] = {}
    if concurrency is not None:
        limits["concurrency_limit"] = None if concurrency == LIFT else _number(concurrency)
    if rate is not None:
        limits["rate_limit"] = None if rate == LIFT else rate
    if not limits:
        raise typer.BadParameter("Say what to set: --concurrency, --rate or both.")
    with audited("change_queue", queue, **limits) as session:
        control.limit_queue(session, queue, **limits)
    show(queue)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise typer.BadParameter(f"{text!r} is not a number of jobs; give 1 or more, or {LIFT}.")
    return int(text)


@queues.command()
def purge(
    queue: Queue,
    reason: Reason = None,
    delayed: Annotated[bool, typer.Option("--delayed", help="The scheduled and retrying jobs too.")] = False,
    messages: Annotated[bool, typer.Option("--messages", help="What others put into the broker's queue too.")] = False,
    confirm: Annotated[str | None, typer.Option(help="The queue's name, instead of being asked for it.")] = None,
) -> None:
    """Cancel the jobs that wait in a queue."""
    check_queue(queue)
    with reading() as session:
        waiting = count_waiting(session, queue, delayed=delayed)
    typed = confirm or typer.prompt(f"{waiting:,} jobs wait in {queue} and will be cancelled. Type its name to go on")
    how: dict[str, Any] = {"delayed": delayed, "messages": messages, "reason": reason}
    order = Purge(queue=queue, confirm=typed, expected=waiting, by=command("purge_queue").actor, **how)
    with audited_while_it_lasts("purge_queue", queue) as told:
        told |= {"expected": waiting, **how, "cancelled": 0}
        for done in _rounds(order):
            told["cancelled"] += done.cancelled
    typer.echo(f"{told['cancelled']:,} jobs were cancelled.")


def _rounds(order: Purge) -> Iterator[Purged]:
    yield (done := purge_jobs(order))
    while done.left and done.cancelled:
        yield (done := purge_jobs(replace(order, expected=done.left, messages=False)))


def _say(queue: str, what: str) -> None:
    with reading() as session:
        typer.echo(f"{queue} {what}: {_left(session, queue)}.")


def _left(session: Session, queue: str) -> str:
    [one] = view_queues(session, ask_once(), names=[queue])
    return f"{one.in_flight} in flight, {one.held_jobs} held"
