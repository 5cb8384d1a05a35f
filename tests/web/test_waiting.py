"""GET /api/jobs/{id}?wait=: answers as the job ends."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from jobs.finish import succeed
from tests.waiting import wait_for
from tests.web.entry import local_client
from tests.web.jobs_over_http import JOBS, begin, submit
from web.routes import waiting
from web.shutdown import shutting_down
from web.stream.hub import hub
from web.stream.ring import LiveEvent


@contextmanager
def meanwhile(work: threading.Timer) -> Iterator[None]:
    work.start()
    yield
    work.join()


def asked(client: TestClient, job_id: str, wait: float) -> tuple[str, float]:
    """The state, and the seconds it took to answer."""
    started = time.monotonic()
    answer = client.get(f"{JOBS}/{job_id}", params={"wait": wait})
    return answer.json()["state"], time.monotonic() - started


def test_a_wait_that_starts_after_the_end_returns_at_once(client: TestClient):
    job_id = submit(client)
    client.post(f"{JOBS}/{job_id}/cancel")
    state, seconds = asked(client, job_id, 30)
    assert state == "cancelled"
    assert seconds < 2


def test_a_wait_ends_with_its_time(client: TestClient):
    state, seconds = asked(client, submit(client), 0.3)
    assert state == "queued"
    assert 0.3 <= seconds < 3


def test_a_wait_is_woken_by_the_event(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "LOOK_AGAIN", 60.0)
    job_id = submit(client)
    claim_id = begin(job_id)

    def end() -> None:
        succeed(job_id, claim_id, {})
        hub.publish([LiveEvent("job-state", {"job_id": job_id, "state": "succeeded", "attempt": 1})])

    with meanwhile(threading.Timer(0.3, end)):
        state, seconds = asked(client, job_id, 30)
    assert state == "succeeded"
    assert seconds < 5


def test_a_wait_misses_no_end_whose_event_was_lost(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "LOOK_AGAIN", 0.2)
    job_id = submit(client)
    claim_id = begin(job_id)
    with meanwhile(threading.Timer(0.3, lambda: succeed(job_id, claim_id, {}))):
        state, seconds = asked(client, job_id, 30)
    assert state == "succeeded"
    assert seconds < 5


def test_a_wait_ends_when_the_server_stops(client: TestClient):
    def stop() -> None:
        shutting_down.set()
        hub.close()

    with meanwhile(threading.Timer(0.3, stop)):
        state, seconds = asked(client, submit(client), 30)
    shutting_down.clear()
    assert state == "queued"
    assert seconds < 5


@pytest.mark.parametrize("wait", ["61", "-1", "nan", "x"])
def test_nobody_waits_longer_than_a_minute(client: TestClient, wait: str):
    answer = client.get(f"{JOBS}/{submit(client)}", params={"wait": wait})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "wait")


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_wait_is_answered_in_the_same_words_whichever_way_it_goes(client: TestClient, size: int):
    job_id = submit(client, "x" * size)
    succeed(job_id, begin(job_id), {"value": "é"})

    straight, usual = (client.get(f"{JOBS}/{job_id}", params={"wait": wait}) for wait in ("30", "30.0"))

    assert straight.status_code == 200
    assert straight.json() == usual.json() == client.get(f"{JOBS}/{job_id}").json()
    for header in ("content-type", "content-encoding"):
        assert straight.headers.get(header) == usual.headers.get(header)


@pytest.mark.parametrize("job_id", ["nothing", "01890000-0000-7000-8000-000000000000"])
def test_waiting_for_an_unknown_job_is_refused_in_the_same_words(client: TestClient, job_id: str):
    straight, usual = (client.get(f"{JOBS}/{job_id}", params={"wait": wait}) for wait in ("30", "30.0"))

    assert straight.status_code == usual.status_code == 404
    assert straight.json() == usual.json()


class HeldReads:
    """The looks of those who wait; none of them ends before it is let go."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Semaphore(0), threading.Event()

    def has_ended(self, job_id: str) -> bool:
        self.begun.release()
        return self.go_on.wait(60)


def test_slow_reads_of_many_who_wait_hold_up_nobody_elses_token(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, job_id = HeldReads(), submit(client)
    monkeypatch.setattr(waiting, "has_ended", reads.has_ended)
    monkeypatch.setattr(waiting, "LOOK_AGAIN", 0.1)
    with ThreadPoolExecutor(41) as programs:
        waiters = [programs.submit(client.get, f"{JOBS}/{job_id}", params={"wait": "1"}) for _ in range(40)]
        try:
            assert all(reads.begun.acquire(timeout=10) for _ in range(waiting.LOOKS))
            other = programs.submit(client.get, JOBS).result(timeout=10)
        finally:
            reads.go_on.set()
        answers = {one.result(timeout=60).status_code for one in waiters}
    assert (other.status_code, answers) == (200, {200})


def test_the_threads_that_look_for_those_who_wait_end_with_the_server(app: FastAPI) -> None:
    with local_client(app) as client:
        client.portal.call(app.state.looks.submit, str)  # type: ignore[union-attr]
        assert lookers()
    wait_for(lambda: not lookers(), what="the end of the threads")


def lookers() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith(waiting.LOOKER)]
