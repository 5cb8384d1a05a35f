"""The workers: whether there are any, whether they run this code, whether each queue has one."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from kombu import Connection
from sqlalchemy.orm import Session

from core.db import database_now, is_postgresql, reading
from core.queues import DEAD_LETTER_QUEUE, Queue
from core.version import VERSION
from jobs.broker import BrokerQueue, look_at_queues
from jobs.models import WorkerIncarnation
from jobs.queues.control import paused_queues
from jobs.workers.processes import machine
from jobs.workers.queries import WorkerState, listeners, living_workers, recent_workers
from web.doctor.finding import Finding, error, fine, note, warning

CHECK = "workers"
SKEW = 2.0  # seconds
LISTED = 5


def look() -> Iterator[Finding]:
    with reading() as session:
        workers = living_workers(session)
        lost = [view.worker.name for view in recent_workers(session) if view.state is WorkerState.LOST]
        sqlite, now = not is_postgresql(session), database_now(session)
    if not workers:
        yield error(CHECK, "No worker is alive.", why="Jobs wait.", advice="Start one: see the README, or `make run`.")
        return
    yield fine(CHECK, f"{len(workers)} alive, last heard of within {_longest_silence(workers, now)} s.")
    yield from _versions(workers)
    yield from _quiet(workers)
    yield from _clocks(workers)
    if lost:
        yield note(CHECK, f"Lost within a day and not back: {_listed(lost)}.", why="Their jobs went to others.")
    if sqlite and any(one.machine.partition(" ")[0] != machine().partition(" ")[0] for one in workers):
        yield error(
            CHECK,
            "Workers on several hosts share one SQLite file.",
            why="SQLite's locks do not hold over a network: the file can be damaged.",
            advice="Use PostgreSQL: set DATABASE_URL.",
        )


def _longest_silence(workers: Sequence[WorkerIncarnation], now: datetime) -> int:
    return max(0, *(round((now - one.seen_at).total_seconds()) for one in workers))


def _versions(workers: Sequence[WorkerIncarnation]) -> Iterator[Finding]:
    others = sorted({f"{one.name} ({version})" for one in workers if (version := _version(one)) != VERSION})
    if others:
        yield warning(
            CHECK,
            f"Web is {VERSION}, and other versions run on {_listed(others)}.",
            why="A task that only one of them knows fails on the other.",
            advice="Finish the deploy: start these workers again.",
        )


def _version(worker: WorkerIncarnation) -> str:
    return str((worker.versions or {}).get("slipway", "unknown"))


def _quiet(workers: Sequence[WorkerIncarnation]) -> Iterator[Finding]:
    if quiet := [one.name for one in workers if one.quiet_since is not None]:
        yield note(
            CHECK,
            f"Quiet: {_listed(quiet)}.",
            why="They take no jobs, because somebody asked them to.",
            advice="`manage.py workers listen <name>` ends it.",
        )


def _clocks(workers: Sequence[WorkerIncarnation]) -> Iterator[Finding]:
    """Each worker tells how far its clock is ahead of the database's."""
    skewed = {one.name: ahead for one in workers if abs(ahead := (one.vitals or {}).get("clock_ahead_s", 0.0)) > SKEW}
    if told := [f"{name} by {seconds:+.0f} s" for name, seconds in skewed.items()]:
        yield warning(
            "clocks",
            f"Their clocks differ from the database's: {_listed(told)}.",
            why="Jobs that are due later begin too early or too late, and times on the pages do not fit together.",
            advice="Have these hosts take their time from NTP.",
        )


def look_at_consumers(connection: Connection) -> Iterator[Finding]:
    with connection.channel() as channel:
        queues = look_at_queues(channel, [*(one.value for one in Queue), DEAD_LETTER_QUEUE])
    with reading() as session:
        yield from of_consumers(session, queues)


def of_consumers(session: Session, queues: dict[str, BrokerQueue]) -> Iterator[Finding]:
    """A queue that is paused is without a consumer on purpose."""
    listening, paused = listeners(living_workers(session)), paused_queues()
    idle = [name for name, told in queues.items() if told.consumers == 0 and name not in paused]
    missing = [name for name in idle if name not in listening]
    if missing:
        yield warning(
            "consumers",
            f"Nobody listens to {_listed(missing)}.",
            why="What is sent there waits.",
            advice="Start a worker for them, for example with --queues; web takes care of the dead letters.",
        )
    if cut_off := [name for name in idle if name in listening]:
        yield warning(
            "consumers",
            f"Workers say that they listen to {_listed(cut_off)}, and the broker knows of none.",
            why="They are starting, or were told to leave by remote control, or have lost their connection.",
            advice="Ask again in a minute; if it stays so, start these workers again.",
        )
    if not idle:
        yield fine("consumers", "Every queue has a consumer.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
