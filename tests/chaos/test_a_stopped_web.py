"""The web process stops or dies in the middle of a submit: what it promised holds."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from jobs.states import JobState
from tests.chaos.locks import locked
from tests.conftest import StartWorker
from tests.jobs_seen import outcomes_of, states
from tests.slipway import Slipway, running_slipway, use_slipway_settings
from tests.trees import append, copy_of_the_application
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

ORDER = {"task": "ping", "payload": {"value": "x"}, "idempotency_key": "order-17"}


DIES_BEFORE_IT_ANSWERS = """
import os
import signal

from jobs import committer

committer._Request.settle = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def slipway(tmp_path: Path, sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slipway]:
    use_slipway_settings(monkeypatch)
    with running_slipway(tmp_path) as whole:
        yield whole


def test_a_submit_that_a_stopping_server_could_not_store_is_refused_with_a_sentence(
    slipway: Slipway, sqlite_database: str
) -> None:
    web = slipway.started[0]
    with ThreadPoolExecutor(1) as pool, locked(sqlite_database):
        asking = pool.submit(slipway.client.post, "/api/jobs", json=ORDER)
        web.wait_for_output("the use of a credential was not noted")  # so the submit itself is next, and waits as long
        web.signal(signal.SIGTERM)
        answer = asking.result(60)

    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "StoppedMeanwhile"


def test_a_job_whose_answer_was_never_sent_runs_once_and_its_key_finds_it(
    tmp_path: Path, sqlite_database: str, broker: str, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_slipway_settings(monkeypatch)
    tree = copy_of_the_application(tmp_path)
    append(tree, "api/main.py", DIES_BEFORE_IT_ANSWERS)
    slipway = Slipway(tmp_path)
    try:
        dying = slipway.start_web(tree)
        with pytest.raises(httpx2.TransportError):
            slipway.client.post("/api/jobs", json=ORDER)
        wait_for(lambda: not dying.running, what="the web process to be gone")
        assert states() == {JobState.QUEUED: 1}

        slipway.start_web()
        start_worker("-c", "1")
        job_id = slipway.post("/api/jobs", ORDER)["job_id"]

        assert slipway.wait_for_job(job_id)["state"] == "succeeded"
        assert (states(), outcomes_of(job_id)) == ({JobState.SUCCEEDED: 1}, ["succeeded"])
    finally:
        slipway.end()
