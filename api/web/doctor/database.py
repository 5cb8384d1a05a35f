"""The database: its schema, and settings of it that promises stand on."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from core import clock
from core.db import database_now, is_postgresql, reading
from core.schema import current_revision, head_revision
from core.settings import get_settings
from web.doctor import postgresql, sqlite
from web.doctor.finding import Finding, error, fine, note, warning

SKEW = 2.0  # seconds


def check_answers(session: Session) -> None:
    """Raises the database's errors. SQLite makes an empty file where there is none; its schema tells then."""
    session.execute(text("SELECT 1"))


def look() -> Iterator[Finding]:
    yield of_schema(current_revision(), head_revision())
    with reading() as session:
        if is_postgresql(session):
            yield from postgresql.look(session)
            yield of_clocks((clock.now() - database_now(session)).total_seconds())
        else:
            yield from sqlite.look(session, make_url(get_settings().database_url).database or "")


def of_schema(current: str | None, head: str) -> Finding:
    if current == head:
        return fine("schema", f"The schema is {head}.")
    if current is not None and current > head:
        return note(
            "schema",
            f"The schema is {current}, and this code knows {head}.",
            why="A newer version has migrated it; older processes go on for a while.",
            advice="Finish the deploy.",
        )
    return error(
        "schema",
        f"The schema is {current or 'not there'}, and this code needs {head}.",
        why="In production nothing starts without it.",
        advice="Run `cd api && python manage.py migrate`.",
    )


def of_clocks(ahead: float) -> Finding:
    if abs(ahead) <= SKEW:
        return fine("clocks", "This host's clock and the database's agree.")
    return warning(
        "clocks",
        f"This host's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the database's.",
        why="Jobs that are due later begin too early or too late.",
        advice="Have both hosts take their time from NTP.",
    )
