"""How the cost of one job, of one page of a list and of one search grows from ten thousand jobs to a million."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from benchmarks.frame import Effort, Row, milliseconds, percentile
from benchmarks.growth_rows import COMMON, RARE, Rows
from benchmarks.stage import Stage
from core import clock, ids
from core.db import reading, writing
from core.http import encode_cursor
from jobs import finish
from jobs.claim import Bid, claim
from jobs.queries import JobFilter, list_jobs
from jobs.schedule import ScheduleFilter, list_scheduled
from jobs.states import JobState
from jobs.submit import submit
from jobs.workers.liveness import WorkerDescription, register
from workloads.operations.contracts import PING

SIZES = (10_000, 100_000, 1_000_000)
TIMES = 20
LIST_GOAL, SEARCH_GOAL = 0.100, 0.300  # seconds, p95 at the last size
FLAT = 2.0  # times what it was: more than that is growth
DATABASES = ("sqlite", "postgresql")
PAGE = 50

Measure = Callable[[], object]


def measure(on: Stage, effort: Effort) -> list[Row]:
    sizes = [effort.of(size, least=500) for size in SIZES]
    return [row for database in DATABASES for row in measured(on, database, sizes)]


def measured(on: Stage, database: str, sizes: list[int]) -> list[Row]:
    found: dict[str, list[float]] = {}
    with on.place(database):
        rows = Rows()
        for size in sizes:
            rows.fill(size)
            for what, figure in figures().items():
                found.setdefault(what, []).append(figure)
    return [_row(f"{database}, {what}", sizes, figures) for what, figures in found.items()]


def figures() -> dict[str, float]:
    """Seconds: of lists and searches the p95, of claim and finish the median."""
    return {what: p95(one) for what, one in (lists() | searches()).items()} | one_job()


def lists() -> dict[str, Measure]:
    middle = encode_cursor([clock.now() - timedelta(days=3), ids.new_id()])
    failed, running = [JobState.FAILED], [JobState.RUNNING]
    filters = {
        "state failed": JobFilter(states=failed),
        "state running (none)": JobFilter(states=running),
        "state queued": JobFilter(states=[JobState.QUEUED]),
        "two states": JobFilter(states=[JobState.FAILED, JobState.SUCCEEDED]),
        "task": JobFilter(task="ping"),
        "queue": JobFilter(queue="default"),
        "project": JobFilter(project_id="project-7"),
        "rare project": JobFilter(project_id="project-290"),
        "task + failed": JobFilter(task="ping", states=failed),
        "task + running (none)": JobFilter(task="ping", states=running),
        "queue + running (none)": JobFilter(queue="default", states=running),
        "project + failed": JobFilter(project_id="project-7", states=failed),
        "project + running (none)": JobFilter(project_id="project-1", states=running),
        "project + task + failed": JobFilter(project_id="project-7", task="ping", states=failed),
        "children (none)": JobFilter(parent_id="nobody"),
    }
    every = {"newest": page(JobFilter()), "three days back": page(JobFilter(), middle), "due later": due_later}
    return {f"list: {name}": one for name, one in every.items()} | {
        f"list: {name}": page(one) for name, one in filters.items()
    }


def searches() -> dict[str, Measure]:
    failed = [JobState.FAILED]
    filters = {
        "common word": JobFilter(q=COMMON),
        "rare word": JobFilter(q=RARE),
        "absent word": JobFilter(q="qqxqqx"),
        "absent, of common parts": JobFilter(q=f"{COMMON[:5]}zz {COMMON[2:]}"),
        "common word + failed": JobFilter(q=COMMON, states=failed),
        "absent word + failed": JobFilter(q="qqxqqx", states=failed),
        "common word + project": JobFilter(q=COMMON, project_id="project-7"),
        "two letters": JobFilter(q="zq"),
    }
    return {f"search: {name}": page(one) for name, one in filters.items()}


def page(wanted: JobFilter, cursor: str | None = None) -> Measure:
    return partial(_read_page, wanted, cursor)


def _read_page(wanted: JobFilter, cursor: str | None) -> None:
    with reading() as session:
        list_jobs(session, wanted, cursor=cursor, limit=PAGE)


def due_later() -> None:
    with reading() as session:
        list_scheduled(session, ScheduleFilter(), cursor=None, limit=PAGE)


def one_job() -> dict[str, float]:
    """Submit, claim and finish, each by itself."""
    worker_id = register(WorkerDescription(name="w@bench", queues=["default"], concurrency=1, pool="prefork"))
    taken: dict[str, list[float]] = {"submit": [], "claim": [], "finish": []}
    for _ in range(5 * TIMES):
        claim_id = ids.new_id()
        started = time.perf_counter()
        with writing(durable=True) as session:
            job_id = submit(session, PING, {"value": "x"}).job_id
        submitted = time.perf_counter()
        claim(Bid(job_id=job_id, dispatch=1, claim_id=claim_id, worker_id=worker_id, worker="w@bench"))
        claimed = time.perf_counter()
        finish.succeed(job_id, claim_id, {"pong": "x"})
        taken["submit"].append(submitted - started)
        taken["claim"].append(claimed - submitted)
        taken["finish"].append(time.perf_counter() - claimed)
    return {name: percentile(seconds, 0.5) for name, seconds in taken.items()}


def p95(one: Measure) -> float:
    one()  # the first time reads pages from the disk
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        one()
        seconds.append(time.perf_counter() - started)
        if sum(seconds) > 10:  # enough to know
            break
    return percentile(seconds, 0.95)


def _row(what: str, sizes: list[int], figures: list[float]) -> Row:
    shown = " · ".join(f"{milliseconds(figure)}" for figure in figures)
    goal, met = _goal(what, figures)
    at = " · ".join(f"{size:,}" for size in sizes)
    compared = f"{figures[-1] / figures[0]:.1f} × the first"
    return Row(what=what, figure=f"{shown} (at {at})", compared=compared, goal=goal, met=met)


def _goal(what: str, figures: list[float]) -> tuple[str, bool]:
    if "list:" in what:
        return f"p95 ≤ {milliseconds(LIST_GOAL)}", figures[-1] <= LIST_GOAL
    if "search:" in what:
        return f"p95 ≤ {milliseconds(SEARCH_GOAL)}", figures[-1] <= SEARCH_GOAL
    return "flat", figures[-1] <= FLAT * figures[0]
