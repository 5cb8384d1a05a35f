"""`manage.py tasks`: which tasks there are, and how many of each may be dispatched in a time."""

from typing import Annotated

import typer

from core.contracts import catalog
from core.db import reading
from jobs.queues.control import limit_task, task_limits
from jobs.queues.settings import UNLIMITED, limit_in_force
from web.commands.audited import audited
from web.commands.text_table import text_table

tasks = typer.Typer(help="The tasks: each with its queue and its rate limit.")

Task = Annotated[str, typer.Argument(help="A task's name.")]
DECLARED = "declared"


@tasks.callback(invoke_without_command=True)
def list_tasks(context: typer.Context) -> None:
    """All of them, by name."""
    if context.invoked_subcommand is None:
        typer.echo(_table([one.name for one in catalog.all()]))


@tasks.command()
def limit(
    task: Task,
    rate: Annotated[str, typer.Option(help=f"Such as 10/m; {UNLIMITED}; or {DECLARED}, as its contract says.")],
) -> None:
    """Set how many of its jobs may be dispatched in a time, on all queues and workers together."""
    with audited("change_task", task, now=rate) as session:
        limit_task(session, task, None if rate == DECLARED else rate)
    typer.echo(_table([task]))


def _table(names: list[str]) -> str:
    with reading() as session:
        stored = task_limits(session)
    return text_table(("task", "queue", "rate limit", "set"), [_row(name, stored.get(name)) for name in names])


def _row(name: str, stored: str | None) -> tuple[object, ...]:
    contract = catalog.get(name)
    limit = limit_in_force(contract, stored) or UNLIMITED
    return (name, contract.queue.value, limit, "here" if stored else "by its contract")
