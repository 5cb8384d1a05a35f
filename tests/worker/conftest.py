"""Whatever happens here, every write keeps to the table of states; and attempts without a worker around them."""

from types import SimpleNamespace
from typing import Any

import pytest

from core import ids
from core.contracts import Contract
from jobs.handlers import Handler
from jobs.retry import Backoff
from tests.edges import DATABASES, keep_to_the_edges
from tests.jobs.running import start_worker
from tests.worker.attempts import Body, Busy, Run
from worker.attempt import run_attempt
from workloads.operations.contracts import PING


@pytest.fixture(autouse=True)
def edges(request: pytest.FixtureRequest) -> None:
    for name in DATABASES & set(request.fixturenames):
        request.getfixturevalue(name)
        keep_to_the_edges()
        return


@pytest.fixture
def worker_id(sqlite_database: str) -> str:
    return start_worker("w@host")


@pytest.fixture
def run(worker_id: str) -> Run:
    """Runs `body` as an attempt of the job."""

    def attempt_of(job_id: str, body: Body, contract: Contract = PING, *, dispatch: int = 1) -> Any:
        handler = Handler(contract=contract, run=body, retry={Busy: Backoff(tries=1)})
        headers = {"slipway_dispatch": dispatch, "slipway_claim": ids.new_id(), "slipway_worker": worker_id}
        request = SimpleNamespace(id=job_id, hostname="w@host", **headers)
        return run_attempt(handler, request, [], {})

    return attempt_of
