"""Jobs as a client submits them, and a worker that takes one."""

from typing import Any

from sqlalchemy import func, select
from starlette.testclient import TestClient

from core import ids
from core.db import reading
from jobs.claim import Bid, claim
from jobs.models import Job
from jobs.workers.liveness import WorkerDescription, register

JOBS = "/api/jobs"


def submit(client: TestClient, value: str = "x", **more: Any) -> str:
    answer = client.post(JOBS, json={"task": "ping", "payload": {"value": value}, **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def begin(job_id: str, dispatch: int = 1) -> str:
    """A worker takes the job; answers the claim."""
    worker_id = register(WorkerDescription(name="w@host", queues=["default"], concurrency=1, pool="prefork"))
    claim_id = ids.new_id()
    claim(Bid(job_id=job_id, dispatch=dispatch, claim_id=claim_id, worker_id=worker_id, worker="w@host"))
    return claim_id


def stored() -> int:
    """How many jobs there are."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0
