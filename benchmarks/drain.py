"""Jobs that do nothing, end to end: how many a second does a worker with two children (or eight threads) take, run and
record? Ours are fully tracked: claim, attempt, result, ending, events. The queue is full before the worker starts.

Celery has what ours has: as many messages ahead, the same level of its log, no children that are replaced meanwhile.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy import func, select

from benchmarks.celery_worker import running_worker
from benchmarks.filling import fill
from benchmarks.frame import Effort, Row, in_turns, per_second, times
from benchmarks.peer_worker import PEERS_OF_DRAIN, Peer, drained_by
from benchmarks.stage import Stage, has_peer
from core.db import reading
from jobs.models import Job
from jobs.states import JobState
from tests.waiting import wait_for

JOBS = 2_500
WARM = 0.1  # the share of jobs that are run before the clock starts
PATIENCE = 120.0  # seconds
TRACKED, BARE = "Celery, SQL results + events", "Celery, events only"
# As for a queue of short tasks, and as the peers have it.
SHORT_TASKS = ("--prefetch-multiplier", "64", "--max-tasks-per-child", "1000000")
PREFORK, THREADS = ("-c", "2", *SHORT_TASKS), ("-c", "8", "-P", "threads", *SHORT_TASKS)
OURS = {
    "prefork 2, SQLite": ("sqlite", PREFORK),
    "threads 8, SQLite": ("sqlite", THREADS),
    "prefork 2, PostgreSQL": ("postgresql", PREFORK),
    "threads 8, PostgreSQL": ("postgresql", THREADS),
}


def measure(stage: Stage, effort: Effort) -> list[Row]:
    count = effort.of(JOBS, least=40)
    peers = {name: peer for name, peer in PEERS_OF_DRAIN.items() if has_peer(peer.package)}
    ours = {name: partial(_ours, stage, count, *how) for name, how in OURS.items()}
    theirs = {name: _theirs(stage, count, peer) for name, peer in peers.items()}
    figures = in_turns({**ours, **theirs}, min(effort.rounds, 2))
    rows = [
        Row(
            what=f"no-op jobs, fully tracked, {name}",
            figure=per_second(figures.median(name)),
            compared=f"{times(figures.ratio(name, BARE), BARE)}; {times(figures.ratio(name, TRACKED), TRACKED)}",
            goal=f"≥ 1 × {BARE}",
            met=figures.ratio(name, BARE) >= 1,
        )
        for name in ours
    ]
    return rows + [Row(what=f"no-op jobs, {name}", figure=per_second(figures.median(name))) for name in theirs]


def _ours(stage: Stage, count: int, database: str, pool: tuple[str, ...]) -> float:
    with stage.place(database) as place:
        fill(count)
        with running_worker(place.directory, *pool):
            wait_for(lambda: _ended() == count, what="all jobs to end", timeout=PATIENCE)
        return _rate()


def _ended() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).where(Job.state == JobState.SUCCEEDED)) or 0


def _rate() -> float:
    """From the rows' own times, so that looking at them costs the worker nothing."""
    with reading() as session:
        ends = [one.timestamp() for one in session.scalars(select(Job.ended_at).order_by(Job.ended_at)) if one]
    return rate_of(ends)


def rate_of(ends: list[float]) -> float:
    warm = int(len(ends) * WARM)
    return (len(ends) - 1 - warm) / (ends[-1] - ends[warm])


def _theirs(stage: Stage, count: int, peer: Peer) -> Callable[[], float]:
    def run() -> float:
        with stage.place() as place:
            return rate_of(drained_by(peer, place, count))

    return run
