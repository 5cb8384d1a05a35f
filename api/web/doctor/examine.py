"""Everything the doctor looks at, in one list. It changes nothing, and works whatever is away."""

from collections.abc import Iterator, Sequence
from functools import partial

from kombu import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.db import reading
from core.errors import AppError
from core.settings import get_settings
from jobs.broker import connect
from web.doctor import alarms, backlog, budget, database, files, product, safety, topology, workers
from web.doctor.finding import Finding, Severity, error, fine, looked_at
from web.doctor.management import Management, ask_management

ANSWERS_WITHIN = 5.0  # seconds


def examine() -> list[Finding]:
    found = [*looked_at("settings", safety.look), *looked_at("files", files.look)]
    has_database = _database_answers(found)
    found += looked_at("broker", partial(_broker, has_database=has_database))
    return found


def exit_code(findings: Sequence[Finding], *, strict: bool) -> int:
    """0: fine; 1: warnings, if they count; 2: errors."""
    severities = {one.severity for one in findings}
    if Severity.ERROR in severities:
        return 2
    return 1 if strict and Severity.WARNING in severities else 0


def _database_answers(found: list[Finding]) -> bool:
    """Looks at the database, and at what its rows tell."""
    try:
        with reading() as session:
            database.check_answers(session)
    except (SQLAlchemyError, AppError, OSError):
        found.append(
            error(
                "database",
                "The database does not answer.",
                why="No job is taken and none is run.",
                advice="See that it runs, and that DATABASE_URL is right.",
            )
        )
        return False
    found += looked_at("database", database.look)
    if any(one.check == "schema" and one.severity is Severity.ERROR for one in found):
        return False
    found += [*looked_at("workers", workers.look), *looked_at("jobs", backlog.look)]
    return True


def _broker(*, has_database: bool) -> Iterator[Finding]:
    if not get_settings().has_broker:
        yield error(
            "broker",
            "No broker is set.",
            why="Jobs are taken and wait for ever.",
            advice="Set CLOUDAMQP_URL or RABBITMQ_URL, or start everything with `make run` and say `. var/env.sh`.",
        )
        return
    try:
        connection = _connected()
    except Exception as failure:
        yield error(
            "broker",
            f"The broker does not answer ({type(failure).__name__}).",
            why="Jobs are taken, wait in the database, and are sent when it is back.",
            advice="See that it runs, that this host reaches it, and that user, password and virtual host are right.",
        )
        return
    with connection:
        yield fine("broker", "The broker answers.")
        yield from _of_broker(connection, ask_management(), has_database=has_database)


def _connected() -> Connection:
    return connect("doctor", heartbeat=0, answers_within=ANSWERS_WITHIN)


def _of_broker(connection: Connection, management: Management | None, *, has_database: bool) -> Iterator[Finding]:
    yield from looked_at("broker product", partial(product.look, connection))
    yield from looked_at("broker alarms", partial(alarms.look, connection, management))
    yield from looked_at("queues", partial(topology.look, connection, management))
    yield from looked_at("broker budget", partial(budget.look, management, has_database=has_database))
    if has_database:
        yield from looked_at("consumers", partial(workers.look_at_consumers, connection))
