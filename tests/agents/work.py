"""Jobs in the hands of a test: submitted, claimed, killed, claimed again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core import ids
from core.contracts import Contract
from core.db import reading, writing
from jobs.claim import Bid, claim
from jobs.finish import give_back
from jobs.handlers import Handler, RunningJob
from jobs.logs.logbook import Logbook
from jobs.models import Job
from jobs.submit import submit
from jobs.workers.liveness import WorkerDescription, register
from tests.jobs_seen import lines_of
from workloads.agents.contracts import AGENT_INITIALIZATION
from workloads.agents.tasks import agent_initialization_task

CONTEXT = """Acme Solar installs solar roofs for small factories in Bavaria.

The pilot with Huber Metall must be running by the end of March. Huber Metall has 40 employees.

Battery storage is sold by Volta GmbH. Who maintains the battery storage after the warranty?

Acme Solar wants to win ten factories this year. Each installation takes six weeks."""


class Killed(BaseException):
    """As if the process were gone: no handler of ordinary errors sees it."""


@dataclass(kw_only=True)
class Dying(RunningJob):
    """A job whose process is killed when it comes to `dies_at`."""

    dies_at: str = ""

    def step(self, name: str, *, done: int, total: int, message: str | None = None) -> None:
        if name == self.dies_at:
            raise Killed(name)
        super().step(name, done=done, total=total, message=message)


def make_job(contract: Contract = AGENT_INITIALIZATION, **payload: Any) -> str:
    """Submits and answers the job's id; a test names only what matters to it."""
    if contract is AGENT_INITIALIZATION:
        payload = {"project_id": "acme", "context": CONTEXT, "agent_name": "researcher"} | payload
    with writing() as session:
        return submit(session, contract, payload).job_id


def row(job_id: str) -> Job:
    with reading() as session:
        return session.get_one(Job, job_id)


def claimed(job_id: str, *, dies_at: str = "") -> Dying:
    worker = register(WorkerDescription(name="w1@test", queues=[], concurrency=1, pool="solo"))
    dispatch = row(job_id).dispatch
    bid = Bid(job_id=job_id, dispatch=dispatch, claim_id=ids.new_id(), worker_id=worker, worker="w1@test")
    won = claim(bid)
    return Dying(
        id=job_id,
        claim_id=bid.claim_id,
        attempt=won.attempt,
        retries=won.retries,
        project_id=won.project_id,
        dies_at=dies_at,
    )


def claimed_again(job: RunningJob) -> Dying:
    """The next attempt, after the worker of the one before went away."""
    give_back(job.id, job.claim_id)
    return claimed(job.id)


def run(job: RunningJob, handler: Handler[Any] = agent_initialization_task) -> Any:
    return handler.run(job, handler.contract.parse(row(job.id).payload))


def run_new(handler: Handler[Any] = agent_initialization_task, **payload: Any) -> Any:
    return run(claimed(make_job(handler.contract, **payload)), handler)


def logged(job: RunningJob, handler: Handler[Any] = agent_initialization_task) -> list[tuple[str, dict[str, Any]]]:
    """What the job's log says of the run."""
    book = Logbook(job.id, job.attempt)
    with book.open():
        run(job, handler)
    book.close()
    return [(line.message, line.fields or {}) for line in lines_of(job.id) if line.attempt == job.attempt]


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
