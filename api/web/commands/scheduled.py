"""`manage.py scheduled …`: what is due later, by its time."""

import importlib
from typing import Annotated

import typer

from core import clock
from core.db import reading
from core.text import clean
from jobs.cancel import cancel
from jobs.models import Job
from jobs.schedule import ScheduleFilter, list_scheduled, run_now
from jobs.states import JobState
from web.commands.audited import audited, command
from web.commands.text_table import text_table

scheduled = typer.Typer(help="Jobs that are due later.", no_args_is_help=True)

HEAD = ("due (UTC)", "in", "state", "task", "queue", "tries", "why", "id")
REASON = 60  # characters of an error

JobId = Annotated[str, typer.Argument(help="A job's id, from `scheduled list`.")]


@scheduled.command("list")
def show(
    task: Annotated[str | None, typer.Option(help="Only of this task.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only for this queue.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many jobs.")] = 50,
) -> None:
    """What is due first comes first; for retries, with the error of the last try."""
    with reading() as session:
        found = list_scheduled(session, ScheduleFilter(task=task, queue=queue), cursor=None, limit=limit).items
        typer.echo(text_table(HEAD, [_row(job) for job in found]))


def _row(job: Job) -> tuple[object, ...]:
    due = job.due_at or job.created_at
    error = f"{job.error['class_name']}: {job.error['message']}" if job.error else "-"
    reason = " ".join(clean(error).split())[:REASON]
    return (f"{due:%Y-%m-%d %H:%M:%S}", _until(job), job.state, job.task, job.queue, job.attempt, reason, job.id)


def _until(job: Job) -> str:
    seconds = round(((job.due_at or job.created_at) - clock.now()).total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s" if seconds > 0 else "now"


@scheduled.command("run-now")
def run_it_now(job_id: JobId) -> None:
    """Makes a job due; the next dispatch takes it."""
    with audited("run_job_now", job_id) as session:
        run_now(session, job_id, by=command("run_job_now").actor)
    typer.echo("The job is due now.")


@scheduled.command("cancel")
def cancel_it(job_id: JobId) -> None:
    """Cancels a job, and its children."""
    importlib.import_module("workloads.manifest").install()  # what follows an end is registered there
    with audited("cancel_job", job_id) as session:
        state = cancel(session, job_id, by=command("cancel_job").actor)
    typer.echo("The job is cancelled." if state is JobState.CANCELLED else "The job will stop at its next checkpoint.")
