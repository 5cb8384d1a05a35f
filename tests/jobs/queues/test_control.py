"""Pausing, draining and limiting: what is stored, and what is refused."""

import pytest

from core.contracts import UnknownTask
from core.db import reading, writing
from core.rates import BadRate
from jobs import finish
from jobs.caretaker import Caretaker
from jobs.dispatch.admission import held_by
from jobs.dispatch.gates import Held
from jobs.dispatch.rounds import dispatch_once
from jobs.queues import control
from jobs.queues.control import BadLimit, HoldsNoJobs, UnknownQueue, limit_queue, paused_queues
from jobs.queues.settings import QueueSettings
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.running import at_once, claimed
from tests.jobs_seen import job_of, submit_ping


def settings(queue: str = "default") -> QueueSettings:
    with reading() as session:
        return session.get_one(QueueSettings, queue)


def do(action: str, queue: str = "default", **details: object) -> None:
    with writing(durable=True) as session:
        getattr(control, action)(session, queue, **details)


def why(job_id: str) -> Held | None:
    with reading() as session:
        return held_by(session, job_of(job_id))


def test_a_pause_says_who_when_and_why_until_it_is_resumed(database: str) -> None:
    do("pause", by="ann", reason="the provider is down")

    one = settings()
    assert (one.state, one.paused_by, one.reason) == ("paused", "ann", "the provider is down")
    assert paused_queues() == {"default"}

    do("resume")
    one = settings()
    assert (one.state, one.paused_by, one.paused_at, one.reason) == ("open", None, None, None)


def test_pausing_twice_keeps_the_first_name_and_time(sqlite_database: str) -> None:
    do("pause", by="ann")
    before = settings()
    do("pause", by="bob", reason="still")

    assert (settings().paused_by, settings().paused_at, settings().reason) == ("ann", before.paused_at, "still")


def test_draining_a_paused_queue_leaves_it_paused(sqlite_database: str) -> None:
    do("pause", by="ann")
    do("drain", by="bob")

    assert settings().state == "paused"


def test_a_queue_is_drained_when_what_was_dispatched_has_ended(database: str) -> None:
    given, waiting = submit_ping(), None
    dispatch_once(FakePublisher())
    do("drain", by="ann")
    waiting = submit_ping()
    caretaker = Caretaker()
    caretaker.tick()
    assert (settings().state, dispatch_once(FakePublisher()), paused_queues()) == ("draining", 0, set())

    finish.succeed(given, claimed(given).claim_id, None)
    Caretaker().tick()

    assert (settings().state, settings().paused_by) == ("paused", "ann")
    assert why(waiting) == Held("paused")


def test_limits_are_set_one_at_a_time_and_lifted(database: str) -> None:
    do("limit_queue", concurrency_limit=3)
    do("limit_queue", rate_limit="10/m")
    assert (settings().concurrency_limit, settings().rate_limit) == (3, "10/m")

    do("limit_queue", concurrency_limit=None)
    assert (settings().concurrency_limit, settings().rate_limit) == (None, "10/m")


def test_everybody_may_set_the_first_limit_at_once(database: str) -> None:
    at_once(lambda number: do("limit_queue", concurrency_limit=number + 1), 4)

    assert settings().concurrency_limit in {1, 2, 3, 4}


def test_what_is_wrong_is_refused_with_what_is_right(sqlite_database: str) -> None:
    with pytest.raises(UnknownQueue, match="'default'"):
        do("pause", "defualt", by="ann")
    with pytest.raises(HoldsNoJobs):
        do("pause", "dead_letter_queue", by="ann")
    with pytest.raises(BadRate, match="10/m"):
        do("limit_queue", rate_limit="often")
    with pytest.raises(BadRate):
        do("limit_queue", rate_limit="")
    with pytest.raises(BadRate):
        do("limit_task", "ping", rate_limit="often")
    with pytest.raises(UnknownTask, match="ping"):
        do("limit_task", "pong", rate_limit="1/s")


@pytest.mark.parametrize("limit", [0, -1, 10**30])
def test_a_limit_that_is_none_is_refused(sqlite_database: str, limit: int) -> None:
    with pytest.raises(BadLimit, match="pause the queue"), writing() as session:
        limit_queue(session, "default", concurrency_limit=limit)


@pytest.mark.parametrize(("action", "of"), [("limit_queue", "default"), ("limit_task", "ping")])
def test_a_rate_that_is_set_to_what_it_is_lets_nobody_go_before_its_time(
    sqlite_database: str, action: str, of: str
) -> None:
    """The panel sends a queue's rate along when its other limit is changed."""
    do(action, of, rate_limit="1/h")
    submit_ping()
    submit_ping()
    assert dispatch_once(FakePublisher()) == 1

    do(action, of, rate_limit="1/h")

    assert dispatch_once(FakePublisher()) == 0


def test_a_job_says_what_holds_it_and_until_when(database: str) -> None:
    first, second = submit_ping(), submit_ping()
    assert why(first) is None
    do("limit_queue", concurrency_limit=1)
    dispatch_once(FakePublisher())
    assert (why(first), why(second)) == (None, Held("concurrency"))

    do("limit_queue", concurrency_limit=None, rate_limit="1/h")
    assert dispatch_once(FakePublisher()) == 1
    third = submit_ping()
    held = why(third)
    assert held is not None
    assert held.by == "rate"
    assert held.until is not None
    assert held.until > job_of(third).created_at

    do("pause", by="ann")
    assert why(third) == Held("paused")
