"""`manage.py workers …`: who works, and what they are told to do. Needs the database alone."""

import time
from typing import Annotated

import typer

from core import clock
from core.db import reading
from core.errors import AppError
from jobs.workers.instruct import instruct
from jobs.workers.orders import OrderKind, OrderOutcome, WorkerOrder
from jobs.workers.queries import WorkerState, WorkerView, recent_workers
from web.commands.audited import audited, command
from web.commands.text_table import text_table

workers = typer.Typer(help="Who works, and what they are told to do.", invoke_without_command=True)

Worker = Annotated[str, typer.Argument(help="A name from `workers list`, or the id of one start.")]
Count = Annotated[int, typer.Argument(help="How many processes.", min=1)]
WAITS = 40.0  # seconds for an outcome
MEGABYTE = 1_000_000


class OrderRefused(AppError):
    """The worker did not do it."""


@workers.callback()
def workers_of(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        show_workers()


@workers.command("list")
def show_workers() -> None:
    """The workers that live or went within a day, and how long ago each was heard of."""
    with reading() as session:
        rows = [_row(view) for view in recent_workers(session)]
    typer.echo(text_table(("name", "state", "pid", "pool", "memory", "seen", "running", "queues"), rows))


def _row(view: WorkerView) -> tuple[str, ...]:
    worker = view.worker
    quiet = worker.quiet_since is not None and view.state is WorkerState.ALIVE
    pool = f"{worker.pool or '?'} x{worker.concurrency or '?'}"
    memory = f"{round(worker.vitals['memory_bytes'] / MEGABYTE)} MB" if worker.vitals else "?"
    seen = f"{max(0, round((clock.now() - worker.seen_at).total_seconds()))} s ago"
    state = "quiet" if quiet else str(view.state)
    return (worker.name, state, str(worker.pid), pool, memory, seen, str(view.running), ", ".join(worker.queues))


@workers.command()
def grow(worker: Worker, count: Count = 1) -> None:
    """Adds processes to a worker's pool, until it is started again."""
    _order(worker, OrderKind.GROW, count)


@workers.command()
def shrink(worker: Worker, count: Count = 1) -> None:
    """Takes idle processes away from a worker's pool, until it is started again."""
    _order(worker, OrderKind.SHRINK, count)


@workers.command()
def quiet(worker: Worker) -> None:
    """Has a worker take no more jobs; it finishes those that it has."""
    _order(worker, OrderKind.QUIET)


@workers.command()
def listen(worker: Worker) -> None:
    """Has a quiet worker take jobs again."""
    _order(worker, OrderKind.LISTEN)


@workers.command()
def shutdown(worker: Worker) -> None:
    """Stops a worker as SIGTERM does: what runs gets 25 s, then goes back to the queue."""
    _order(worker, OrderKind.SHUTDOWN)


def _order(worker: str, kind: OrderKind, count: int | None = None) -> None:
    """Waits for the outcome and says it."""
    with audited("order_worker", worker, kind=kind, count=count) as session:
        order_id = instruct(session, worker, kind, by=command("order_worker").actor, count=count).id
    order = _outcome(order_id)
    if order.outcome != OrderOutcome.DONE:
        raise OrderRefused(order.result or "The worker has not answered yet: see `workers list`, and the panel.")
    typer.echo(order.result)


def _outcome(order_id: str) -> WorkerOrder:
    """As it is when it has ended, or when the patience has."""
    deadline = time.monotonic() + WAITS
    while True:
        with reading() as session:
            order = session.get_one(WorkerOrder, order_id)
        if order.done_at is not None or time.monotonic() > deadline:
            return order
        time.sleep(0.2)
