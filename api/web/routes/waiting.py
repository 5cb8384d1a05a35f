"""GET /api/jobs/{id}?wait=: answers as the job ends, and holds no database session while it waits."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from fastapi import Request, Response
from sqlalchemy import bindparam, select

from core.db import reading, table_of
from core.prepared import PreparedRead
from jobs.dead_letters.queries import letter_state
from jobs.dispatch.admission import held_by
from jobs.models import Job
from jobs.queries import get_job
from jobs.states import FINAL, JobState
from web.routes.schemas import HeldOut, JobOut
from web.routes.secrecy import sees_secrets
from web.routes.straight import Told
from web.shutdown import shutting_down
from web.stream.hub import hub

T = TypeVar("T")

LOOK_AGAIN = 2.0  # seconds without news, since an event may be lost
TOLD_MORE_OF = (JobState.QUEUED, JobState.FAILED)  # what holds it, and what became of its dead letter
# As programs ask for it: an id of ours, and whole seconds. Whatever else is asked goes by the router.
WAITED_FOR = re.compile(r"/api/jobs/([0-9a-f-]{36})")
SECONDS = re.compile(rb"wait=([1-9]|[1-5]\d|60)")
LOOKS = 8  # at a time
LOOKER = "look-of-a-waiter"
_jobs = table_of(Job).c
_JOB = PreparedRead(select(table_of(Job)).where(_jobs.id == bindparam("job_id")))
_STATE = PreparedRead(select(_jobs.state).where(_jobs.id == bindparam("job_id")))


def read_job(job_id: str, *, secrets: bool) -> JobOut:
    """Raises UnknownJob."""
    job = _JOB.run({"job_id": job_id})
    if job is None or job.state in TOLD_MORE_OF:
        return _read_with_other_tables(job_id, secrets=secrets)
    return JobOut.of(job, secrets=secrets)


def _read_with_other_tables(job_id: str, *, secrets: bool) -> JobOut:
    with reading() as session:
        job = get_job(session, job_id)
        held = held_by(session, job)
        told = {"held": HeldOut.model_validate(held) if held else None, "dead_letter": letter_state(session, job)}
        return JobOut.of(job, secrets=secrets).model_copy(update=told)


def has_ended(job_id: str) -> bool:
    """Or is not there. A cheap look: most who wait come before the end."""
    row = _STATE.run({"job_id": job_id})
    return row is None or row.state in FINAL


def make_looks() -> ThreadPoolExecutor:
    """Threads of their own: any number may wait, and would keep those busy that everybody's tokens are looked up in."""
    return ThreadPoolExecutor(LOOKS, thread_name_prefix=LOOKER)


async def wait_for_end(request: Request, job_id: str, seconds: float, *, secrets: bool) -> JobOut:
    """The job as it is when it ends, or after `seconds`. Raises UnknownJob.

    Subscribes first and looks after: an end in between would be missed the other way round.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    async with hub.subscribe_job(job_id) as news:
        if not await _look(request, partial(has_ended, job_id)) and not shutting_down.is_set():
            await news.wait(min(seconds, LOOK_AGAIN))
        while True:
            job = await _look(request, partial(read_job, job_id, secrets=secrets))
            left = deadline - clock()
            if job.state.final or left <= 0 or shutting_down.is_set():
                return job
            await news.wait(min(left, LOOK_AGAIN))


async def _look(request: Request, read: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(request.app.state.looks, read)


async def look_straight(request: Request) -> Response | None:
    """For those who wait for the end of a job, which all do who have just submitted one. None for everybody else."""
    seconds = SECONDS.fullmatch(request.scope["query_string"])
    job = WAITED_FOR.fullmatch(request.scope["path"]) if seconds else None
    if job is None or seconds is None:
        return None
    ended = await wait_for_end(request, job[1], float(seconds[1]), secrets=await sees_secrets(request))
    return Told(ended.model_dump_json())
