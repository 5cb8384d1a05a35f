"""`manage.py prune`: what the regular duties clear, now and with counts."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from core import audit
from core.db import reading
from core.patience import until_through
from jobs.retention import Batch, clearings
from web.commands.audited import audited
from web.commands.text_table import text_table

PAUSE = 0.05  # seconds between two batches, so that others get their turn
PATIENCE = 30.0  # seconds of database trouble


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what has been kept long enough.")] = False,
) -> None:
    """Clears results, jobs, workers and audit entries that have been kept long enough. May be stopped at any time."""
    if dry_run:
        with reading() as session:
            rows = [(one.what, one.count(session)) for one in clearings()]
        typer.echo(text_table(("kind", "to go"), rows))
        return
    cleared: dict[str, int] = {}
    try:
        for one in clearings():
            cleared[one.what] = _all_of(one.batch)
        cleared["audit entries"] = _all_of(_audit_entries)
    finally:
        with audited("prune", cleared=cleared):
            pass
    typer.echo(text_table(("kind", "cleared"), cleared.items()))


def _all_of(batch: Callable[[], Batch]) -> int:
    total = 0
    while True:
        done = until_through(batch, what="pruning", patience=PATIENCE)
        total += done.count
        if not done.more:
            return total
        time.sleep(PAUSE)


def _audit_entries() -> Batch:
    count = audit.purge_expired()
    return Batch(count, count == audit.PURGE_BATCH)
