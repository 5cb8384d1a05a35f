"""Who works, who stopped and who was lost: by the rows that workers keep renewing, without asking any of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import Session

from core.db import database_now
from core.errors import NotFound
from jobs.models import RUNNING, Attempt, Job, WorkerIncarnation
from jobs.workers.liveness import DEAD_AFTER

RECENT = timedelta(hours=24)
COUNTED_OVER = timedelta(hours=1)
HISTORY = 50  # incarnations


class UnknownWorker(NotFound):
    """There is no such worker."""


class WorkerState(StrEnum):
    """`lost` means killed, cut off or frozen: its jobs were given to others."""

    ALIVE = "alive"
    STOPPED = "stopped"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class WorkerView:
    """`done_last_hour` counts attempts of all workers of this name; `starts` those of one day."""

    worker: WorkerIncarnation
    state: WorkerState
    running: int
    done_last_hour: int
    starts: int

    @property
    def host(self) -> str:
        return str(self.worker.machine).partition(" ")[0]


def alive_since(now: datetime) -> ColumnElement[bool]:
    return and_(WorkerIncarnation.ended_at.is_(None), WorkerIncarnation.seen_at >= now - DEAD_AFTER)


def living_workers(session: Session) -> list[WorkerIncarnation]:
    """Not declared dead, and heard of within the last 45 seconds."""
    alive = select(WorkerIncarnation).where(alive_since(database_now(session)))
    return list(session.scalars(alive.order_by(WorkerIncarnation.name, WorkerIncarnation.started_at)))


def listeners(workers: Iterable[WorkerIncarnation]) -> dict[str, list[str]]:
    """The names of the workers on each queue; a quiet one is on none."""
    found: dict[str, list[str]] = {}
    for worker in workers:
        for queue in worker.queues if worker.quiet_since is None else ():
            found.setdefault(queue, []).append(worker.name)
    return found


def recent_workers(session: Session) -> list[WorkerView]:
    """The living, and of each name that nobody bears any more the last one, if it went within a day."""
    now = database_now(session)
    recent = or_(WorkerIncarnation.ended_at.is_(None), WorkerIncarnation.ended_at >= now - RECENT)
    newest_first = WorkerIncarnation.started_at.desc()
    found = list(session.scalars(select(WorkerIncarnation).where(recent).order_by(newest_first)))
    alive = [one for one in found if state_of(one, now) is WorkerState.ALIVE]
    gone: dict[str, WorkerIncarnation] = {}
    for one in found:
        if one.name not in {living.name for living in alive}:
            gone.setdefault(one.name, one)
    return [*_views(session, _by_name(alive), now), *_views(session, _by_name(gone.values()), now)]


def _by_name(workers: Iterable[WorkerIncarnation]) -> list[WorkerIncarnation]:
    return sorted(workers, key=lambda one: (one.name, one.started_at))


def state_of(worker: WorkerIncarnation, now: datetime) -> WorkerState:
    """One that fell silent counts as lost, although nobody may be there to declare it so."""
    if worker.ended_at is None:
        return WorkerState.ALIVE if worker.seen_at >= now - DEAD_AFTER else WorkerState.LOST
    return WorkerState.STOPPED if worker.ending == "stopped" else WorkerState.LOST


def _views(session: Session, workers: Sequence[WorkerIncarnation], now: datetime) -> list[WorkerView]:
    running = _running_now(session)
    names = sorted({one.name for one in workers})
    done, starts = _done(session, names, now - COUNTED_OVER), _starts(session, names, now - RECENT)
    return [
        WorkerView(
            worker=one,
            state=state_of(one, now),
            running=running[one.id],
            done_last_hour=done[one.name],
            starts=starts[one.name],
        )
        for one in workers
    ]


def _running_now(session: Session) -> Counter[str]:
    counted = select(Job.worker_id, func.count()).where(text(RUNNING)).group_by(Job.worker_id)
    return _counter(session, counted)


def _done(session: Session, names: Sequence[str], since: datetime) -> Counter[str]:
    ended = (Attempt.worker.in_(names), Attempt.ended_at >= since)
    return _counter(session, select(Attempt.worker, func.count()).where(*ended).group_by(Attempt.worker))


def _starts(session: Session, names: Sequence[str], since: datetime) -> Counter[str]:
    name = WorkerIncarnation.name
    recent = (name.in_(names), WorkerIncarnation.started_at >= since)
    return _counter(session, select(name, func.count()).where(*recent).group_by(name))


def _counter(session: Session, statement: Any) -> Counter[str]:
    return Counter({key: count for key, count in session.execute(statement)})


def worker_history(session: Session, id_or_name: str) -> list[WorkerView]:
    """Every start of the worker of that name, or of the name that this incarnation bears; newest first.

    Raises UnknownWorker.
    """
    one = session.get(WorkerIncarnation, id_or_name)
    mine = select(WorkerIncarnation).where(WorkerIncarnation.name == (one.name if one else id_or_name))
    found = session.scalars(mine.order_by(WorkerIncarnation.started_at.desc()).limit(HISTORY))
    views = _views(session, list(found), database_now(session))
    if not views:
        raise UnknownWorker(f"There is no worker {id_or_name!r}.")
    return views


def running_jobs(session: Session, worker_ids: Sequence[str]) -> list[Any]:
    """Rows of what a list shows of the jobs that these incarnations run, the longest running first."""
    columns = (Job.id, Job.task, Job.queue, Job.project_id, Job.attempt, Job.progress, Job.started_at, Job.worker_id)
    found = select(*columns).where(text(RUNNING), Job.worker_id.in_(worker_ids))
    return list(session.execute(found.order_by(Job.started_at)))
