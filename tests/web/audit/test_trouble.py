"""What the log promises when something breaks: no action without its entry, no result that is lost."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core import engine
from core.audit import AuditEntry
from core.db import reading
from tests.waiting import wait_for
from tests.web.audit.entries import only
from web.auth.roles import Role
from web.auth.table import TABLE

ACT = ("POST", "/api/act")


class Lock:
    """Another process that writes to the SQLite file and takes its time."""

    def __init__(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def take(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self._connection.execute("ROLLBACK")


@pytest.fixture
def lock(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> Lock:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    engine.dispose()
    return Lock(sqlite_database)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite for the tests that lock it, which only it can be as a whole."""
    url: str = request.getfixturevalue("sqlite_database")
    return url


@pytest.fixture
def doing(app: FastAPI) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Makes POST /api/act do something."""

    def do(work: Callable[[], Any]) -> None:
        app.add_api_route(ACT[1], work, methods=["POST"], name="act")

    TABLE[ACT] = Role.OPERATOR
    yield do
    del TABLE[ACT]


def states() -> list[tuple[str, int | None]]:
    with reading() as session:
        return [(one.result, one.status) for one in session.query(AuditEntry).filter_by(route=ACT[1])]


def test_the_entry_is_there_before_anything_is_done(client: TestClient, doing: Any):
    seen: list[Any] = []
    doing(lambda: seen.extend(states()))
    assert client.post("/api/act").status_code == 200
    assert (seen, states()) == ([("begun", None)], [("ok", 200)])


def test_what_fails_unexpectedly_is_recorded_as_failed(client: TestClient, doing: Any):
    doing(lambda: 1 / 0)
    assert client.post("/api/act").status_code == 500
    assert states() == [("failed", 500)]


def test_without_an_entry_nothing_is_done(lock: Lock, client: TestClient, doing: Any):
    done: list[int] = []
    doing(lambda: done.append(1))
    lock.take()
    answer = client.post("/api/act")
    lock.release()
    assert (answer.status_code, answer.json()["code"]) == (503, "Unavailable")
    assert (done, states()) == ([], [])


def test_what_was_done_is_answered_although_its_result_must_wait(lock: Lock, client: TestClient, doing: Any):
    doing(lock.take)
    assert client.post("/api/act").status_code == 200
    assert states() == [("begun", None)]
    lock.release()
    wait_for(lambda: states() == [("ok", 200)], what="the result")


def test_a_refusal_needs_no_entry(lock: Lock, viewer: TestClient, admin: TestClient):
    viewer.get("/api/auth/me")  # its use is noted
    lock.take()
    assert viewer.post("/api/jobs", json={"task": "ping"}).status_code == 403
    lock.release()
    assert viewer.post("/api/jobs", json={"task": "ping"}).status_code == 403
    assert only(admin, action="submit_job")["status"] == 403
