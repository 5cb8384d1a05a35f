"""Messages that come twice, and confirms that never come: the claim lets one of them run."""

from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from amqp import AMQPError

from core.db import writing
from jobs.cancel import cancel
from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once
from jobs.states import JobState
from tests.chaos.locks import locked
from tests.chaos.proxy import Proxy, cut_at_a_confirm, proxy_before, swallow_confirms
from tests.conftest import StartWorker
from tests.dispatching import taken_here
from tests.freezing import freeze, wake
from tests.jobs_seen import job_of, outcomes_of, state_of, submit_ping, wait_until
from tests.processes import Process
from tests.surroundings import use_broker
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos


@pytest.fixture
def proxy(broker: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What is started from now on reaches the broker through it."""
    with proxy_before(broker) as between:
        use_broker(monkeypatch, between.url)
        yield between


@pytest.fixture
def publisher(proxy: Proxy) -> Iterator[Publisher]:
    opened = Publisher("test")
    opened.open()
    yield opened
    opened.close()


def publish_twice(taken: Delivery) -> None:
    publisher = Publisher("test")
    publisher.publish([taken])
    publisher.publish([taken])
    publisher.close()


def test_a_message_whose_confirm_was_lost_is_sent_again_and_runs_once(
    database: str, proxy: Proxy, publisher: Publisher, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit_ping()
    proxy.passes = swallow_confirms
    with monkeypatch.context() as patch:
        patch.setattr(publisher, "confirm_timeout", 0.5)
        dispatch_once(publisher)
    wait_for(lambda: proxy.lost == 1, what="the confirm to be lost")
    assert (job_of(job_id).published_at, job_of(job_id).publisher) == (None, None)

    proxy.passes = lambda _method: True
    wait_for(lambda: dispatch_once(publisher), what="the row to be free again")
    assert job_of(job_id).published_at is not None
    worker = start_worker("-c", "1")

    wait_until(job_id, JobState.SUCCEEDED)
    worker.wait_for_output("delivery dropped")
    assert outcomes_of(job_id) == ["succeeded"]


def test_a_connection_cut_after_the_publish_got_through_makes_no_second_run(
    database: str, proxy: Proxy, publisher: Publisher, start_worker: StartWorker
) -> None:
    job_id = submit_ping()
    proxy.passes = cut_at_a_confirm
    with pytest.raises((OSError, AMQPError)):
        dispatch_once(publisher)
    assert job_of(job_id).published_at is None

    proxy.passes = lambda _method: True
    publisher.close()
    assert dispatch_once(publisher) == 1
    worker = start_worker("-c", "1")

    wait_until(job_id, JobState.SUCCEEDED)
    worker.wait_for_output("delivery dropped")
    assert outcomes_of(job_id) == ["succeeded"]


def test_two_workers_that_get_the_same_message_at_once_run_it_once(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    both = [start_worker("-c", "1", name=f"{name}@localhost") for name in ("one", "two")]
    taken = taken_here(sleep_s=600)
    job_id = taken.job_id

    publish_twice(taken)

    wait_for(lambda: any("duplicate: another delivery runs it" in one.output for one in both), what="a refusal")
    with writing() as session:
        cancel(session, job_id, by="a test")
    wait_until(job_id, JobState.CANCELLED)
    assert outcomes_of(job_id) == ["cancelled"]


def test_two_copies_in_the_hands_of_a_worker_that_dies_are_redelivered_and_run_once(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    first = start_worker("-c", "2", name="first@localhost")
    taken = taken_here(sleep_s=2)
    job_id = taken.job_id
    with locked(sqlite_database):
        publish_twice(taken)
        wait_for(lambda: first.output.count('"what": "claim"') >= 2, what="both copies to be held up at their claim")
        first.kill_main()

    both = [start_worker("-c", "1", name=f"{name}@localhost") for name in ("second", "third")]

    wait_until(job_id, JobState.SUCCEEDED)
    wait_for(lambda: any("delivery dropped" in one.output for one in both), what="a refusal")
    assert outcomes_of(job_id) == ["succeeded"]


def test_a_job_that_a_process_was_sent_just_before_the_connection_was_lost_runs_once(
    sqlite_database: str, proxy: Proxy, start_worker: StartWorker
) -> None:
    """Its message comes again, and its process begins it all the same: a worker that knew nothing of that took it for
    lost, ran it in another process as well, and had no process to end when it was cancelled."""
    worker = start_worker("-c", "1")
    child = worker.child_running()
    job_id = sent_just_before_the_connection_is_lost(worker, proxy, sleep_s=600)
    wait_until(job_id, JobState.RUNNING)
    freeze(child)  # so that it does not stop by itself

    with writing() as session:
        cancel(session, job_id, by="a test")

    wait_until(job_id, JobState.CANCELLED)
    assert (outcomes_of(job_id), psutil.pid_exists(child)) == (["cancelled"], False)

    wait_until(submit_ping(), JobState.SUCCEEDED)
    job_id = sent_just_before_the_connection_is_lost(worker, proxy)
    wait_until(job_id, JobState.SUCCEEDED)
    wait_for(lambda: worker.output.count(f"{job_id}] received") == 2, what="its message to come again")
    wait_until(submit_ping(), JobState.SUCCEEDED)  # in the same process, after whatever was made of that message
    assert (state_of(job_id), outcomes_of(job_id)) == (JobState.SUCCEEDED, ["succeeded"])


def sent_just_before_the_connection_is_lost(worker: Process, proxy: Proxy, **payload: Any) -> str:
    """Or in that very moment, before it was sent: it is then sent when its message comes again."""
    before = len(worker.output)
    child = worker.child_running()
    freeze(child)
    job_id = submit_ping(**payload)
    worker.wait_for_output(f"{job_id}] received")
    proxy.cut()
    wait_for(lambda: "onnection to broker lost" in worker.output[before:], what="the loss to be noticed")
    wake(child)
    return job_id
