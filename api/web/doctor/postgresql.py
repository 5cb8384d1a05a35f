"""PostgreSQL: what it was told that breaks a promise, and how many connections it has left."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from web.doctor.finding import Finding, error, fine, note, warning

CHECK = "database"
OLDEST = 13
NEARLY = 0.8


def look(session: Session) -> Iterator[Finding]:
    version = str(session.scalar(text("SHOW server_version")))
    yield fine(CHECK, f"PostgreSQL {version.split()[0]}.")
    if int(version.split(".")[0]) < OLDEST:
        yield warning(CHECK, "It is no longer maintained.", why="Slipway is tested with 15.", advice="Upgrade it.")
    yield from _durability(session)
    yield of_isolation(str(session.scalar(text("SHOW default_transaction_isolation"))))
    yield _connections(session)
    installed = session.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"))
    if not installed:
        yield note(
            "search",
            "The extension pg_trgm is not installed.",
            why="Searching texts reads every row.",
            advice="Have a superuser say: CREATE EXTENSION pg_trgm.",
        )


def _durability(session: Session) -> Iterator[Finding]:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        value = str(session.scalar(text(f"SHOW {name}")))
        if value == "off":
            yield error(
                CHECK,
                f"{name} is off.",
                why="A job that was taken (202) can be lost when the server stops hard.",
                advice=f"Set {name} = on.",
            )
    if session.scalar(text("SELECT pg_is_in_recovery()")):
        yield error(
            CHECK, "It is a replica.", why="Nothing can be written.", advice="Point DATABASE_URL to the primary."
        )


def of_isolation(level: str) -> Finding:
    if level == "read committed":
        return fine(CHECK, "The isolation level is read committed.")
    return warning(
        CHECK,
        f"The default isolation level is {level}.",
        why="Claims and endings count on read committed; others fail with serialization errors.",
        advice="Set default_transaction_isolation = 'read committed' for this database.",
    )


def _connections(session: Session) -> Finding:
    used = int(session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")) or 0)
    return of_connections(used, int(session.scalar(text("SHOW max_connections")) or 0))


def of_connections(used: int, allowed: int) -> Finding:
    """A web process takes up to 50; a worker's processes open one each while they write."""
    told = f"{used} of {allowed} connections are used."
    if used < NEARLY * allowed:
        return fine("connections", told)
    return warning(
        "connections",
        told,
        why="When none is left, jobs are refused with 503, and workers wait.",
        advice="Raise max_connections, put PgBouncer before it (transaction pooling), or run fewer processes.",
    )
