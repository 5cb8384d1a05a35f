"""Who is alive. A worker's start is an incarnation: one row that it renews, or is declared dead.

On the machine where it ran, a dead process is seen at once; elsewhere, when its row has not been renewed for 45 s.
"""

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import changed, database_now, reading, writing
from jobs.claim import Superseded
from jobs.events import announce_many, event
from jobs.finish import give_back_in, lose_in
from jobs.models import RUNNING, Job, WorkerIncarnation
from jobs.spill import all_kept, settle_kept
from jobs.workers.orders import close_orders
from jobs.workers.processes import HIDDEN, machine, process_started

log = structlog.get_logger(__name__)

RENEW_EVERY = 10.0  # seconds
LONG_WAIT = 1.0  # seconds
DEAD_AFTER = timedelta(seconds=45)  # four renewals missed


@dataclass(frozen=True, kw_only=True)
class WorkerDescription:
    """What a worker says about itself when it starts."""

    name: str
    queues: Sequence[str]
    concurrency: int | None
    pool: str | None
    versions: Mapping[str, str] = field(default_factory=dict)  # what it runs on: {"python": "3.12.3"}


@dataclass(frozen=True, kw_only=True)
class WorkerReport:
    """What changes while a worker lives. `vitals`: {"memory_bytes": …, "processes": …, "cpu_percent": …}; `held`: the
    jobs whose messages it has had for a while and has not begun, None when it cannot say."""

    concurrency: int | None
    quiet_since: datetime | None
    vitals: Mapping[str, float]
    held: Sequence[str] | None = None


def register(description: WorkerDescription) -> str:
    """A new incarnation of the worker in this process; answers its id."""
    worker_id, pid = ids.new_id(), os.getpid()
    with writing() as session:
        now = database_now(session)
        row = {
            "id": worker_id,
            "name": description.name,
            "machine": machine(),
            "pid": pid,
            "process_started": process_started(pid) or "",
            "queues": list(description.queues),
            "concurrency": description.concurrency,
            "pool": description.pool,
            "versions": dict(description.versions),
            "started_at": now,
            "seen_at": now,
        }
        session.execute(insert(WorkerIncarnation).values(**row))
    return worker_id


def renew(worker_id: str, report: WorkerReport | None = None) -> bool:
    """False when this incarnation was declared dead meanwhile: it must register again."""
    with writing() as session:
        now = database_now(session)
        alive = update(WorkerIncarnation).where(WorkerIncarnation.id == worker_id, WorkerIncarnation.ended_at.is_(None))
        return changed(session, alive.values(seen_at=now, **(_reported(report, now) if report else {}))) > 0


def _reported(report: WorkerReport, now: datetime) -> dict[str, Any]:
    """With how far this host's clock is ahead of the database's."""
    ahead = round((clock.now() - now).total_seconds(), 2)
    vitals = {**report.vitals, "clock_ahead_s": ahead}
    held = None if report.held is None else list(report.held)
    return {"concurrency": report.concurrency, "quiet_since": report.quiet_since, "vitals": vitals, "held": held}


def check_writable() -> None:
    """Raises the database's errors while nobody can renew anything: locked, read-only, away."""
    with writing() as session:
        session.execute(update(WorkerIncarnation).where(WorkerIncarnation.id == "").values(ending=None))


def give_back_free(worker_id: str, *, but: Collection[str] = ()) -> tuple[int, list[str]]:
    """Jobs of a worker that stops, as far as nothing has to be waited for; answers how many, and the ids of the others:
    `but`, rows that somebody holds, successes that are kept, and what was asked to stop, whose end others may await."""
    free = select(Job.id, Job.claim_id).where(Job.worker_id == worker_id, text(RUNNING))
    free = free.where(Job.id.not_in(but), Job.claim_id.not_in(all_kept()), Job.cancel_requested_at.is_(None))
    with writing() as session:
        running = [job_id for job_id, _ in _running(session, worker_id)]
        found = session.execute(free.with_for_update(skip_locked=True)).all()
        back = {job_id for job_id, claim_id in found if _give_back(session, job_id, claim_id or "")}
    return len(back), [job_id for job_id in running if job_id not in back]


def retire(worker_id: str) -> int:
    """A worker that stops in an orderly way gives its jobs back; answers how many. What is done is not given back."""
    settle_kept()
    with writing() as session:
        if not _end(session, worker_id, "stopped"):
            return 0
        return sum(_give_back(session, job_id, claim_id) for job_id, claim_id in _running(session, worker_id))


def _give_back(session: Session, job_id: str, claim_id: str) -> bool:
    """False when it ended in this very moment."""
    with suppress(Superseded):
        give_back_in(session, job_id, claim_id)
        return True
    return False


def reap(*, silence_counts: bool = True) -> list[str]:
    """Declares dead what is dead and queues its jobs again; answers the ids of these jobs.

    Without `silence_counts` only a process that is seen to be gone is dead: right after the database was away, or this
    process was frozen, everybody seems to have been silent.
    """
    is_dead = _is_dead if silence_counts else _is_gone
    with reading() as session:
        suspects = [worker.id for worker in _living(session) if is_dead(worker, session)]
        abandoned = bool(_abandoned(session))
    if not suspects and not abandoned:
        return []
    settle_kept()
    asked_at = time.monotonic()
    with writing() as session:
        if time.monotonic() - asked_at > LONG_WAIT:
            is_dead = _is_gone  # while the database was locked, nobody could renew anything
        buried = [name for worker_id in suspects if (name := _bury(session, worker_id, is_dead))]
        lost = [job_id for job_id, claim_id in _abandoned(session) if _lose(session, job_id, claim_id)]
    announce_many([event("alert-worker", worker=name) for name in buried])
    return lost


def anybody_silent() -> bool:
    """Whether a worker that counts as alive has not renewed its row for too long."""
    with reading() as session:
        return any(_is_silent(worker, session) for worker in _living(session))


def _living(session: Session) -> list[WorkerIncarnation]:
    return list(session.scalars(select(WorkerIncarnation).where(WorkerIncarnation.ended_at.is_(None))))


def _is_dead(worker: WorkerIncarnation, session: Session) -> bool:
    return _is_silent(worker, session) or _is_gone(worker, session)


def _is_silent(worker: WorkerIncarnation, session: Session) -> bool:
    return worker.seen_at < database_now(session) - DEAD_AFTER


def _is_gone(worker: WorkerIncarnation, _session: Session) -> bool:
    return worker.machine == machine() and process_started(worker.pid) not in {worker.process_started, HIDDEN}


def _bury(session: Session, worker_id: str, is_dead: Callable[[WorkerIncarnation, Session], bool]) -> str | None:
    """Answers its name. Looked at again under the write lock: it may have renewed its row meanwhile."""
    worker = session.get(WorkerIncarnation, worker_id, with_for_update=True, populate_existing=True)
    if worker is None or not is_dead(worker, session) or not _end(session, worker_id, "dead"):
        return None
    log.warning("worker is gone", worker=worker.name, worker_id=worker_id, pid=worker.pid)
    return worker.name


def _end(session: Session, worker_id: str, ending: str) -> bool:
    alive = update(WorkerIncarnation).where(WorkerIncarnation.id == worker_id, WorkerIncarnation.ended_at.is_(None))
    if not changed(session, alive.values(ended_at=clock.now(), ending=ending)):
        return False
    close_orders(session, worker_id)
    return True


def _running(session: Session, worker_id: str) -> list[tuple[str, str]]:
    found = select(Job.id, Job.claim_id).where(Job.worker_id == worker_id, text(RUNNING))
    return [(job_id, claim_id or "") for job_id, claim_id in session.execute(found)]


def _abandoned(session: Session) -> list[tuple[str, str]]:
    """Running jobs of incarnations that have ended."""
    found = (
        select(Job.id, Job.claim_id)
        .join(WorkerIncarnation, WorkerIncarnation.id == Job.worker_id)
        .where(text(f"jobs.{RUNNING}"), WorkerIncarnation.ended_at.is_not(None))
    )
    return [(job_id, claim_id or "") for job_id, claim_id in session.execute(found)]


def _lose(session: Session, job_id: str, claim_id: str) -> bool:
    try:
        state = lose_in(session, job_id, claim_id, "its worker is gone")
    except Superseded:
        return False
    log.warning("job lost its worker", job_id=job_id, state=state)
    return True
