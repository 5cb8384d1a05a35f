"""Slipway as a person at a terminal, or somebody else's program, uses it; and waiting for what comes of it."""

import subprocess

from celery import Celery

from core.db import reading
from core.settings import get_settings
from jobs.models import Job
from tests.processes import API, BIN
from tests.waiting import wait_for

# Of a worker that is named, Celery waits for one answer; of all of them, for a second.
ASKED = ("--destination", "test@localhost", "--timeout", "50")


def celery(*arguments: str) -> str:
    command = [str(BIN / "celery"), "-A", "worker.celery_app", *arguments]
    done = subprocess.run(command, cwd=API, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def python(code: str) -> str:
    done = subprocess.run(
        [str(BIN / "python"), "-c", code], cwd=API, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def wait_until_known(job_id: str) -> Job:
    def ended() -> Job | None:
        with reading() as session:
            job = session.get(Job, job_id)
            return job if job is not None and job.status.final else None

    found = wait_for(ended, what="the foreign job to end")
    assert found is not None
    return found


def revoke(*job_ids: str) -> None:
    """As Flower does it: at once, since a program may take longer to start than the jobs to end."""
    with Celery(broker=get_settings().broker_url, set_as_current=False) as app:
        app.control.revoke(list(job_ids), terminate=True)
