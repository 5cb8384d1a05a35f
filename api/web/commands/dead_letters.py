"""`manage.py dead-letters`: what failed for good, and deciding about it."""

import importlib
import json
from typing import Annotated

import orjson
import typer

from core.db import reading
from core.errors import Invalid
from jobs.dead_letters import decisions
from jobs.dead_letters.models import Cause, DeadLetter, LetterState
from jobs.dead_letters.queries import LetterFilter, get_letter, list_letters, payload_of
from jobs.dead_letters.redrive import process_dlq
from web.commands.audited import audited, command
from web.commands.text_table import text_table

dead_letters = typer.Typer(help="What failed for good, or the broker gave up on.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="An id from `dead-letters list`.")]
HEAD = ("id", "died (UTC)", "state", "cause", "task", "queue", "error")


class NotAnObject(Invalid):
    """The payload is a JSON object: '{"value": 1}'."""


@dead_letters.callback()
def prepare() -> None:
    importlib.import_module("workloads.manifest").install()  # the contracts, by which payloads are checked


@dead_letters.command("list")
def show_list(
    state: Annotated[list[LetterState] | None, typer.Option(help="May be repeated; without it, the open ones.")] = None,
    cause: Annotated[list[Cause] | None, typer.Option(help="May be repeated.")] = None,
    task: Annotated[str | None, typer.Option(help="Only of this task.")] = None,
    text: Annotated[str | None, typer.Option(help="Text in the error or the task.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
) -> None:
    """The newest of them."""
    wanted = LetterFilter(states=state or [LetterState.OPEN], causes=cause or (), task=task, q=text)
    with reading() as session:
        rows = [_row(one) for one in list_letters(session, wanted, cursor=None, limit=limit).items]
    typer.echo(text_table(HEAD, rows))


def _row(one: DeadLetter) -> tuple[str, ...]:
    error = (one.error or {}).get("message", "").partition("\n")[0][:80]
    return (one.id, f"{one.at:%Y-%m-%d %H:%M:%S}", one.state, one.cause, one.task or "-", one.queue or "-", error)


@dead_letters.command()
def show(letter_id: Id) -> None:
    """All that is known about one, as JSON."""
    with reading() as session:
        letter = get_letter(session, letter_id)
        told = {column.key: getattr(letter, column.key) for column in DeadLetter.__table__.columns}
        told["payload"] = payload_of(session, letter)
    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


@dead_letters.command()
def rerun(
    letter_id: Id, payload: Annotated[str | None, typer.Option(help="JSON, instead of the old payload.")] = None
) -> None:
    """Runs it again as a new job, and prints that job's id."""
    edited = None if payload is None else _parsed(payload)
    with audited("rerun_dead_letter", letter_id, edited=edited is not None) as session:
        made = decisions.rerun(session, letter_id, by=command("rerun_dead_letter").actor, payload=edited)
    typer.echo(made.job_id)


def _parsed(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotAnObject(f"The payload is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise NotAnObject
    return value


@dead_letters.command()
def discard(letter_id: Id, reason: Annotated[str, typer.Option(help="Why; it is kept.")]) -> None:
    """Takes it off the list of what is open."""
    with audited("discard_dead_letter", letter_id, reason=reason) as session:
        decisions.discard(session, letter_id, by=command("discard_dead_letter").actor, reason=reason)


@dead_letters.command()
def process(
    max_age_hours: Annotated[float, typer.Option(min=0, help="What failed first before that stays as it is.")] = 24,
) -> None:
    """Runs again what is due for it, as every web and worker process does by itself."""
    with audited("process_dead_letters", max_age_hours=max_age_hours):
        looked_at = 0
    while some := process_dlq(max_age_hours=max_age_hours):
        looked_at += some
    typer.echo(f"{looked_at} looked at")
