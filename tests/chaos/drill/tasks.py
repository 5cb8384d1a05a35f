"""The code behind the drills. Each effect is written through an idempotency key; each run is on record as well."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from workloads.drill.contracts import DRILL, LIMITED_DRILL, Drill

from core.db import writing
from core.patience import until_through
from core.settings import get_settings
from jobs.handlers import RunningJob, handles
from jobs.retry import Backoff
from jobs.submit import submit

Result = dict[str, Any]

LOOK_UP = 0.1  # seconds
EFFECT = "INSERT INTO drill_effects (key, job_id) VALUES (:key, :job_id) ON CONFLICT DO NOTHING"
OVERLAP = "INSERT INTO drill_overlaps (job_id, attempt) VALUES (:job_id, :attempt)"


class AskedToFail(Exception):
    """Worth another try."""


@handles(DRILL, retry={AskedToFail: Backoff(base=0.5, cap=1.0, tries=20)})
def drill(job: RunningJob, payload: Drill) -> dict[str, Any]:
    with alone(job):
        effect(job, "begun")
        more = DOES[payload.does](job, payload) or {}
        effect(job, "done")
    return {"number": payload.number, **more}


@handles(LIMITED_DRILL)
def limited_drill(job: RunningJob, payload: Drill) -> dict[str, Any]:
    with alone(job):
        DOES[payload.does](job, payload)
    return {"number": payload.number}


@contextmanager
def alone(job: RunningJob) -> Iterator[None]:
    """Two processes in one job at a time are seen here. The kernel frees the lock of a process that was killed."""
    path = get_settings().var_dir / "drills" / job.id
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            write(OVERLAP, job_id=job.id, attempt=job.attempt)
        yield


def effect(job: RunningJob, step: str) -> None:
    write(EFFECT, key=job.key(step), job_id=job.id)


def write(statement: str, **values: object) -> None:
    def once() -> None:
        with writing() as session:
            session.execute(text(statement), values)

    until_through(once, what="a drill's effect")


def work(job: RunningJob, payload: Drill) -> None:
    until = time.monotonic() + payload.seconds
    while time.monotonic() < until:
        job.checkpoint()
        time.sleep(LOOK_UP)


def fail(_job: RunningJob, payload: Drill) -> None:
    raise ValueError(f"drill {payload.number} was told to fail")


def retry(job: RunningJob, payload: Drill) -> None:
    if job.retries < payload.times:
        raise AskedToFail(f"time {job.retries + 1} of {payload.times}")


def hang(_job: RunningJob, payload: Drill) -> None:
    time.sleep(payload.seconds)


def bear(job: RunningJob, payload: Drill) -> None:
    """Its children are submitted by key, so a second attempt bears no second ones."""

    def once() -> None:
        with writing(durable=True) as session:
            for number in range(payload.times):
                child = {"does": "work", "number": number}
                submit(session, DRILL, child, parent_id=job.id, idempotency_key=job.key(f"child {number}"))

    until_through(once, what="a drill's children")


def slice_(job: RunningJob, payload: Drill) -> Result:
    """Each slice adds itself to what the one before it has left."""
    begun = [*(job.state or []), job.slices]
    effect(job, f"slice {job.slices}")
    work(job, payload)
    if job.slices < payload.times:
        job.continue_later(begun)
    return {"slices": begun}


def gather(_job: RunningJob, payload: Drill) -> Result:
    return {"values": payload.values}


DOES: dict[str, Callable[[RunningJob, Drill], Result | None]] = {
    "work": work,
    "fail": fail,
    "retry": retry,
    "hang": hang,
    "bear": bear,
    "slice": slice_,
    "gather": gather,
}
