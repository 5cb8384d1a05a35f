"""Connections and queues, against what the broker's plan allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.db import reading
from core.queues import Queue
from core.settings import get_settings
from jobs.workers.queries import living_workers
from web.doctor.finding import Finding, error, fine, note, warning
from web.doctor.management import Management

CHECK = "broker budget"
OF_WEB = 3  # connections of one web process: dispatcher, event stream, watch
OF_WORKER = 4  # consumer, dispatcher, and Celery's pool of two or fewer
DELAY_QUEUES = 28  # Celery's, for delayed messages of foreign code
NEARLY = 0.8


@dataclass(frozen=True)
class Plan:
    connections: int | None
    queues: int | None


def plan() -> Plan:
    settings = get_settings()
    return Plan(settings.max_connections, settings.max_queues)


def look(management: Management | None, *, has_database: bool) -> Iterator[Finding]:
    allowed = plan()
    if allowed == Plan(None, None):
        yield note(
            CHECK,
            "How many connections and queues the broker allows is not known.",
            why="A plan that is used up refuses workers and web processes.",
            advice="Set CLOUDAMQP_PLAN, or BROKER_MAX_CONNECTIONS and BROKER_MAX_QUEUES.",
        )
        return
    connections, queues = _used(management, has_database=has_database)
    word = "" if management and management.connections is not None else "about "
    yield of_budget("connections", connections, allowed.connections, word)
    yield of_budget("queues", queues, allowed.queues, word)


def _used(management: Management | None, *, has_database: bool) -> tuple[int, int]:
    """By the broker's own word, or by what one web process and the living workers are known to need."""
    workers = 0
    if has_database:
        with reading() as session:
            workers = len(living_workers(session))
    connections = OF_WEB + OF_WORKER * workers
    queues = len(Queue) + 2 + DELAY_QUEUES + 2 * workers  # dead letters, events; each worker's own for control
    if management is None:
        return connections, queues
    counted = management.connections
    return (connections if counted is None else counted), len(management.queues)


def of_budget(what: str, used: int, allowed: int | None, word: str) -> Finding:
    if allowed is None:
        return note(CHECK, f"{word.capitalize()}{used} {what} are used; how many are allowed is not set.")
    told = f"{word.capitalize()}{used} of {allowed} {what} are used."
    advice = "Use SLIPWAY_BROKER_PROFILE=frugal, fewer workers with more processes each, or a larger plan."
    why = "When none is left, the next process that starts is refused."
    if used >= allowed:
        return error(CHECK, told, why=why, advice=advice)
    return warning(CHECK, told, why=why, advice=advice) if used >= NEARLY * allowed else fine(CHECK, told)
