"""Celery's own canvas on our tasks: one worker with ONE slot, a real broker, results through our backend."""

import json
import os
import subprocess
from collections import Counter
from typing import Any

import pytest
from celery import chain
from sqlalchemy import select

from core.db import reading
from core.settings import ROOT
from jobs import finish
from jobs.again import NeverReleased, order_like
from jobs.dead_letters.models import DeadLetter
from jobs.models import Job
from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs.running import sleep_no_more
from tests.jobs_seen import attempts_of, job_of, wait_until, wait_until_ended
from tests.processes import API, BIN
from tests.waiting import wait_for

pytestmark = pytest.mark.integration


def run_calls() -> dict[str, Any]:
    paths = os.pathsep.join((str(API), str(ROOT)))
    command = [str(BIN / "python"), "-m", "tests.worker.canvas_calls"]
    done = subprocess.run(
        command, cwd=API, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=140
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def all_jobs() -> list[Job]:
    with reading() as session:
        return list(session.scalars(select(Job)))


def letters() -> Counter[str]:
    with reading() as session:
        return Counter(letter.task or "" for letter in session.scalars(select(DeadLetter)))


def test_the_canvas_of_celery_on_a_worker_with_one_slot(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1", queues=None)

    told = run_calls()

    assert told["well"] == {
        "delay": "delayed",
        "chain": 3,
        "group": [0, 1, 2],
        "chord": [0, 1, 2],
        "chord in a chain": "last",
        "group in a chord": "after all",
        "chord in a chord": ["inner", 3],
        "map": [1, 2],
        "starmap": [1, 2],
    }
    assert told["links"] == {"with a callback": "linked", "with an errback": "AgentGone"}
    assert told["failing"] == {
        "group": "AgentGone",
        "others in the group": [1, 2],
        "body": "TaskRevokedError",
        "rest of a chain": "TaskRevokedError",
        "chord in a chord": "TaskRevokedError",
        "chord in a chain": "TaskRevokedError",
    }
    assert told["saved"] == {"joined": [1, 2], "same": True, "after delete": None}
    assert "use starmap" in told["refused"]["chunks"]
    assert "use delay()" in told["refused"]["called"]
    wait_until_ended()
    _what_failed_in_consequence_was_not_run()
    _a_stale_attempt_sends_nothing()


def _what_failed_in_consequence_was_not_run() -> None:
    jobs = all_jobs()
    ran = Counter(str(job.payload.get("value")) for job in jobs if job.attempt)
    assert [ran[one] for one in ("callback", "errback of one", "errback of a chord")] == [1, 1, 1]
    assert ran.keys() & {"body in a chain", "inner body", "outer body", "rest"} == set()
    failed = [job for job in jobs if job.state == JobState.FAILED]
    assert letters() == {"run_agent_task": len(failed)} == {"run_agent_task": 6}
    unrun = [job for job in jobs if job.state == JobState.CANCELLED]
    assert {(job.attempt, job.error["class_name"]) for job in unrun} == {(0, "NotRun")}
    with pytest.raises(NeverReleased, match="send the canvas again"):
        order_like(unrun[0], "a test")


def _a_stale_attempt_sends_nothing() -> None:
    """Row 17: what comes next in the chain is sent once, by the attempt whose success counts."""
    from worker.tasks import ping  # noqa: PLC0415  - the broker's address is known only now

    last = chain(ping.si("first", sleep_s=600), ping.si("second"))()
    first = wait_until(last.parent.id, JobState.RUNNING).id
    held = attempts_of(first)[0]
    sleep_no_more(first)
    finish.lose(first, held.claim_id, "it was frozen for so long")

    wait_until(first, JobState.SUCCEEDED)
    wait_for(lambda: last.state == "SUCCESS", what="the second of the chain to end")

    assert [one.outcome for one in attempts_of(first)] == ["lost", "succeeded"]
    assert job_of(last.id).created_at >= attempts_of(first)[1].started_at
    assert len(attempts_of(last.id)) == 1
