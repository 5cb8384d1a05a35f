"""`manage.py audit`."""

from typing import Annotated

import typer

from core.db import reading
from web.audit.queries import AuditFilter, list_audit
from web.commands.text_table import text_table

HEAD = ("at (UTC)", "actor", "action", "target", "result", "address")


def audit(
    actor: Annotated[str | None, typer.Option(help="Only what this one did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, as `cancel_job`.")] = None,
    target: Annotated[str | None, typer.Option(help="Only on this: a job's id, a user's name.")] = None,
    text: Annotated[str | None, typer.Option(help="Text in any column.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 50,
) -> None:
    """Who did what: the newest entries of the audit log."""
    wanted = AuditFilter(actor=actor, action=action, target=target, q=text)
    with reading() as session:
        found = list_audit(session, wanted, cursor=None, limit=limit).items
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M:%S}", one.actor, one.action, one.target or "-", one.result, one.address or "-")
        for one in found
    ]
    typer.echo(text_table(HEAD, rows))
