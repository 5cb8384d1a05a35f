"""Whatever makes a job ready rings for the dispatcher, once it is committed."""

import os
import threading
from collections.abc import Iterator

import pytest

from core import engine
from core.db import writing
from core.errors import NotFound
from jobs import finish
from jobs.dispatch.bell import Bell, our_bell, ring_once_committed
from jobs.dispatch.dispatcher import Dispatcher
from jobs.follow_up import _followers, follow_endings
from jobs.orders import Order
from tests.jobs.running import claimed, start_worker
from tests.jobs.workflows.flows import chain, job_at, jobs_named, succeed
from tests.jobs.workflows.flows import submit as submit_workflow
from tests.jobs_seen import submit_ping
from tests.waiting import wait_for
from workloads.operations.contracts import PING


@pytest.fixture
def bell() -> Bell:
    """Silent at first."""
    made = our_bell()
    made.wait(0)
    return made


@pytest.fixture
def follower() -> Iterator[None]:
    follow_endings("test", lambda _session, ended: [Order(contract=PING, payload=PING.parse({})) for _ in ended])
    yield
    del _followers["test"]


def test_a_child_of_the_process_that_made_it_rings_it(bell: Bell) -> None:
    child = os.fork()
    if child == 0:
        bell.ring()
        os._exit(0)
    os.waitpid(child, 0)
    assert bell.wait(0)


def test_however_often_it_is_rung_it_is_heard_once_and_never_waited_for(bell: Bell) -> None:
    for _ in range(100_000):
        bell.ring()
    while bell.wait(0):
        pass
    bell.ring()
    assert bell.wait(0)


def test_what_is_not_committed_rings_nothing(database: str, bell: Bell) -> None:
    with pytest.raises(NotFound):
        _ring_and_fail()
    assert not bell.wait(0)


def _ring_and_fail() -> None:
    with writing() as session:
        ring_once_committed(session)
        raise NotFound


def test_a_job_that_is_given_back_or_goes_on_rings_and_one_that_only_ends_does_not(database: str, bell: Bell) -> None:
    worker = start_worker()
    ended, given_back, going_on = (claimed(submit_ping(), worker) for _ in range(3))
    finish.succeed(ended.job_id, ended.claim_id, None)
    assert not bell.wait(0)

    finish.give_back(given_back.job_id, given_back.claim_id)
    assert bell.wait(0)
    finish.continue_later(going_on.job_id, going_on.claim_id, {})
    assert bell.wait(0)


@pytest.mark.usefixtures("follower")
def test_what_follows_an_end_rings(database: str, bell: Bell) -> None:
    claim = claimed(submit_ping())
    finish.succeed(claim.job_id, claim.claim_id, None)
    assert bell.wait(0)


@pytest.mark.integration
def test_the_next_step_of_a_workflow_goes_out_without_a_poll(
    sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its predecessor ends in another process than the dispatcher's, as in a pool's child."""
    monkeypatch.setattr(Dispatcher, "POLL", 600.0)
    monkeypatch.setattr(engine._process, "fork_gate", threading.RLock())  # as in a worker's main process
    engine.dispose()
    workflow = submit_workflow(chain(*jobs_named("first", "second")))
    dispatcher = Dispatcher("test")
    dispatcher.start()
    try:
        wait_for(lambda: job_at(workflow, "first").published_at, what="the first step to go out")
        child = os.fork()
        if child == 0:
            succeed(workflow, "first")
            os._exit(0)
        os.waitpid(child, 0)
        wait_for(lambda: job_at(workflow, "second").published_at, what="the second step to go out")
    finally:
        dispatcher.stop()
