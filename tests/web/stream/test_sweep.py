"""The sweep: an ending is announced once, with or without its event."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from core import clock
from core.columns import time_of_writing
from core.db import writing
from jobs import finish
from jobs.models import Job
from tests.jobs.running import claimed, set_row, wait_for_a_blocked_write
from tests.jobs.workflows import flows
from tests.jobs_seen import submit_ping
from tests.waiting import wait_for
from web.stream import sweep
from web.stream.hub import RESET, Hub
from web.stream.ring import LiveEvent
from web.stream.sweep import Sweep, changes_since


class Listener(Hub):
    """Keeps what is published, and always has somebody listening."""

    has_subscribers = True

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[LiveEvent] = []

    def publish(self, events: object) -> None:
        super().publish(found := list(events))  # type: ignore[call-overload]  # as in Hub
        self.heard += found

    @property
    def states(self) -> list[object]:
        return [one.data.get("state", one.kind) for one in self.heard]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "OVERLAP", timedelta(seconds=0.4))
    monkeypatch.setattr(sweep, "LATE", timedelta(seconds=0.2))


def look_until_the_overlap_is_over(looking: Sweep) -> None:
    until = clock.now() + 2 * sweep.OVERLAP

    def over() -> bool:
        looking._look()
        return clock.now() > until

    wait_for(over, what="the overlap to be over")


def test_an_ending_without_an_event_is_announced_once(database: str) -> None:
    hub = Listener()
    looking = Sweep(hub)
    job_id = submit_ping(project_id="p")
    finish.succeed(job_id, claimed(job_id).claim_id, None)

    looking._look()
    looking._look()

    [hint] = hub.heard
    assert (hint.kind, hint.position) == ("job-state", None)
    told = {"job_id": job_id, "state": "succeeded", "task": "ping", "queue": "default", "project_id": "p", "attempt": 1}
    assert hint.data.items() >= told.items()


def test_what_an_event_has_said_is_not_repeated(sqlite_database: str) -> None:
    hub = Listener()
    job_id = submit_ping()
    hub.publish([LiveEvent("job-state", {"job_id": job_id, "state": "queued", "attempt": 0})])

    Sweep(hub)._look()

    assert hub.states == ["queued"]


def test_a_late_event_does_not_hide_the_ending(sqlite_database: str) -> None:
    hub = Listener()
    looking = Sweep(hub)
    job_id = submit_ping()
    finish.succeed(job_id, claimed(job_id).claim_id, None)
    looking._look()
    hub.publish([LiveEvent("job-state", {"job_id": job_id, "state": "running", "attempt": 1})])

    looking._look()

    assert hub.states == ["succeeded", "running", "succeeded"]


def test_a_transaction_that_commits_late_is_still_seen(database: str) -> None:
    hub = Listener()
    looking = Sweep(hub)
    looking._look()
    job_id = submit_ping()
    set_row(job_id, updated_at=clock.now() - sweep.OVERLAP + timedelta(seconds=2))

    looking._look()

    assert hub.states == ["queued"]


@pytest.mark.parametrize("table", ["jobs", "attempts"])
def test_an_ending_that_waits_longer_than_the_overlap_makes_everybody_reload(
    postgresql_database: str, soon: None, table: str
) -> None:
    hub = Listener()
    looking = Sweep(hub)
    job_id = submit_ping()
    ending = threading.Thread(target=finish.succeed, args=(job_id, claimed(job_id).claim_id, None))
    with writing() as session:
        session.execute(text(f"SELECT 1 FROM {table} FOR UPDATE"))
        ending.start()
        wait_for_a_blocked_write()
        look_until_the_overlap_is_over(looking)
        assert RESET not in hub.heard
    ending.join()

    looking._look()

    assert hub.heard[-1] is RESET


def test_on_sqlite_an_ending_that_is_committed_late_is_newer_than_all_that_was_seen(
    sqlite_database: str, soon: None
) -> None:
    hub = Listener()
    looking = Sweep(hub)
    job_id = submit_ping()
    looking._look()
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_id).values(state="succeeded", updated_at=time_of_writing()))
        look_until_the_overlap_is_over(looking)

    looking._look()

    assert hub.states == ["queued", "succeeded"]


def test_old_changes_are_not_told(sqlite_database: str) -> None:
    set_row(submit_ping(), updated_at=clock.now() - timedelta(minutes=1))

    assert changes_since(clock.now() - timedelta(seconds=10)) == []


def test_more_changes_than_can_be_told_are_a_reason_to_reload(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "MOST", 3)
    hub = Listener()
    looking = Sweep(hub)
    for _ in range(4):
        submit_ping()

    looking._look()

    assert hub.heard == [RESET]


def test_nobody_reloads_again_and_again_when_many_changes_were_the_last(
    database: str, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "MOST", 3)
    hub = Listener()
    looking = Sweep(hub)
    for _ in range(4):
        submit_ping()
    look_until_the_overlap_is_over(looking)
    hub.heard.clear()

    looking._look()

    assert hub.heard == []


def test_nobody_looks_while_nobody_listens(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "changes_since", lambda _: pytest.fail("it looked"))

    Sweep(Hub())._look()


def test_a_database_that_is_away_does_not_end_the_sweep(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Quick(Sweep):
        EVERY = 0.01

    looks: list[object] = []

    def fails_once(since: object) -> list[LiveEvent]:
        looks.append(since)
        if len(looks) == 1:
            raise ConnectionError("away")
        done.set()
        return []

    done = threading.Event()
    monkeypatch.setattr(sweep, "changes_since", fails_once)
    looking = Quick(Listener())
    looking.start()

    assert done.wait(5)
    looking.stop()
    assert looks[0] == looks[1]


def test_a_workflow_is_announced_each_time_it_gets_further(database: str) -> None:
    hub = Listener()
    looking = Sweep(hub)
    flow = flows.submit(flows.chain(*flows.jobs_named("a", "b")))
    looking._look()
    looking._look()
    flows.succeed(flow, "a")
    looking._look()

    told = [one.data for one in hub.heard if one.kind == "workflow-state"]
    assert [(one["workflow_id"], one["state"], one["ended"], one["jobs"]) for one in told] == [
        (flow, "running", 0, 2),
        (flow, "running", 1, 2),
    ]
