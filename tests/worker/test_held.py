"""What a worker says that it holds: messages that it was given a while ago and has not begun."""

import math
from types import SimpleNamespace

import pytest
from celery.worker import state as worker_state

from jobs.workers import liveness
from jobs.workers.liveness import WorkerDescription, WorkerReport
from tests.jobs.running import worker_of
from tests.worker.changing import Changing
from worker import held
from worker.held import HeldMessages


def given(monkeypatch: pytest.MonkeyPatch, *job_ids: str, begun: str = "") -> None:
    monkeypatch.setattr(worker_state, "reserved_requests", [SimpleNamespace(id=one) for one in job_ids])
    monkeypatch.setattr(worker_state, "active_requests", [SimpleNamespace(id=begun)])


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = held.time.monotonic()
    monkeypatch.setattr(held.time, "monotonic", lambda: now + seconds)


def test_what_waits_here_for_a_while_is_told_and_what_has_begun_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    one = HeldMessages()
    given(monkeypatch, "begun", "waits", begun="begun")
    assert one.for_long() == []

    later(monkeypatch, held.LONG)
    given(monkeypatch, "begun", "waits", "new", begun="begun")

    assert one.for_long() == ["waits"]


def test_what_went_and_came_again_has_not_been_here_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    one = HeldMessages()
    for job_ids in (["back"], [], ["back"]):
        given(monkeypatch, *job_ids)
        seen = one.for_long()
        later(monkeypatch, held.LONG)

    assert seen == []


def test_whoever_holds_thousands_does_not_name_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = HeldMessages()
    given(monkeypatch, *map(str, range(held.MOST + 1)))
    one.for_long()
    later(monkeypatch, held.LONG)

    assert one.for_long() is None


def test_a_look_that_meets_a_change_is_repeated_and_at_last_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    for looks, told in ((1, []), (math.inf, None)):
        monkeypatch.setattr(worker_state, "reserved_requests", Changing(looks))
        assert HeldMessages().for_long() == told


@pytest.mark.parametrize("told", [None, [], ["a", "b"]])
def test_it_stands_in_the_workers_row(database: str, told: list[str] | None) -> None:
    worker_id = liveness.register(WorkerDescription(name="w@host", queues=[], concurrency=1, pool="prefork"))

    liveness.renew(worker_id, WorkerReport(concurrency=1, quiet_since=None, vitals={}, held=told))

    assert worker_of(worker_id).held == told
