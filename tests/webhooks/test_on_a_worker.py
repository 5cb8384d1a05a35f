"""Calls through a real RabbitMQ, a real worker and a real receiver: each ending is told, whatever dies meanwhile."""

import os
import signal
from functools import partial

import pytest

from core import clock
from core.db import writing
from core.settings import get_settings
from jobs import finish
from jobs.cancel import cancel
from jobs.models import Job
from jobs.states import JobState
from tests.conftest import StartWorker
from tests.dispatching import dispatcher
from tests.jobs.running import claimed, set_row, set_row_while
from tests.jobs_seen import job_of, outcomes_of, wait_until
from tests.processes import Process
from tests.waiting import wait_for
from tests.webhooks.hooks import deliveries_about, make_webhook, ping_calling, secret_of_project, secret_of_webhook
from tests.webhooks.receiver import Reply, receiving

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def a_key_that_the_worker_shares(monkeypatch: pytest.MonkeyPatch, loopback_allowed: None) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-key-that-the-worker-shares-0123456789")
    get_settings.cache_clear()


def the_delivery_about(job_id: str) -> Job:
    wait_for(lambda: deliveries_about(job_id), what="the delivery's job")
    [delivery] = deliveries_about(job_id)
    return delivery


def cancel_now(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="a test")


def hurried_through(delivery_id: str) -> bool:
    """Its next try is due now; True once one was a success."""
    if job_of(delivery_id).state == JobState.SUCCEEDED:
        return True
    set_row(delivery_id, due_at=clock.now())
    return False


def test_success_failure_and_cancel_are_told_once_each_and_signed(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "2")
    with receiving() as receiver:
        webhook = make_webhook(receiver.url, project_id="acme")
        succeeded = ping_calling(None, value="a-private-value")
        waiting = ping_calling(receiver.url, project_id=None, sleep_s=600)
        wait_until(waiting, JobState.RUNNING)
        cancel_now(waiting)
        failed = ping_calling(None, fail_times=20)
        set_row_while(JobState.RETRYING, failed, retries=20, payload={"valve": 7}, due_at=clock.now())

        told = {job_id: receiver.wait_for_call(job_id) for job_id in (succeeded, waiting, failed)}
        for job_id in told:
            wait_until(the_delivery_about(job_id).id, JobState.SUCCEEDED)

        assert [call.message["type"] for call in told.values()] == ["job.succeeded", "job.cancelled", "job.failed"]
        assert told[succeeded].is_signed_with(secret_of_webhook(webhook))
        assert told[failed].is_signed_with(secret_of_webhook(webhook))
        assert told[waiting].is_signed_with(secret_of_project(None))
        assert len(receiver.calls) == 3
        nobody_was_told_too_much(worker, secret_of_webhook(webhook))


def nobody_was_told_too_much(worker: Process, secret: str) -> None:
    """The receiver's own address holds tokens (tests/webhooks/receiver.py)."""
    for hidden in (secret, "a-token-in-the-path", "a-token-in-the-query"):
        assert hidden not in worker.output


def test_a_job_that_kills_its_worker_each_time_is_told_as_failed_once(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    with receiving() as receiver:
        job_id = ping_calling(receiver.url, sleep_s=60)
        for attempt in (1, 2, 3):
            wait_for(partial(is_in_attempt, job_id, attempt), what=f"attempt {attempt}")
            os.kill(worker.children()[0].pid, signal.SIGKILL)

        call = receiver.wait_for_call(job_id)
        wait_until(the_delivery_about(job_id).id, JobState.SUCCEEDED)

    assert call.message["data"]["error"]["class_name"] == "WorkerLost"
    assert len(receiver.calls) == 1


def is_in_attempt(job_id: str, attempt: int) -> bool:
    job = job_of(job_id)
    return job.attempt == attempt and job.state == JobState.RUNNING


def test_a_receiver_that_was_away_and_then_troubled_is_told_in_the_end(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1")
    with receiving() as receiver:
        url, port = receiver.url, receiver.server_port  # and away it goes

    job_id = ping_calling(url)
    delivery_id = the_delivery_about(job_id).id
    wait_until(delivery_id, JobState.RETRYING)
    with receiving(Reply(status=500), Reply(status=503), Reply(), port=port) as receiver:
        wait_for(partial(hurried_through, delivery_id), what="the receiver to have been told")

    away = len(outcomes_of(delivery_id)) - 3
    assert away >= 1
    assert outcomes_of(delivery_id) == [*["retried"] * away, "retried", "retried", "succeeded"]
    assert len(receiver.calls) == 3
    assert len({call.id for call in receiver.calls}) == 1


@pytest.mark.chaos
def test_a_worker_killed_after_the_ending_and_before_the_call_leaves_the_call_to_the_next(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    """No dispatcher but the worker's: between its job's commit and its death nothing else could send anything."""
    first = start_worker("-c", "1", name="first@localhost")
    with receiving() as receiver:
        blocker = ping_calling(None, sleep_s=60)
        wait_until(blocker, JobState.RUNNING)  # the only child is taken, so no delivery can run
        ended = ping_calling(receiver.url)
        finish.succeed(ended, claimed(ended).claim_id, "done")
        first.kill_main()
        assert receiver.calls == []

        start_worker("-c", "2", name="second@localhost")  # one for the blocker, which runs again
        receiver.wait_for_call(ended)

        wait_until(the_delivery_about(ended).id, JobState.SUCCEEDED)
    assert len(receiver.calls) == 1


@pytest.mark.chaos
def test_a_worker_killed_while_it_calls_calls_again_with_the_same_id(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    first = start_worker("-c", "1", name="first@localhost")
    with receiving() as receiver, dispatcher():
        receiver.hold()
        job_id = ping_calling(receiver.url)
        receiver.wait_for_call(job_id)

        first.kill_main()
        receiver.let_go()
        start_worker("-c", "1", name="second@localhost")

        receiver.wait_for_call(job_id, times=2)
        delivery = wait_until(the_delivery_about(job_id).id, JobState.SUCCEEDED)
    assert outcomes_of(delivery.id) == ["lost", "succeeded"]
    assert len({call.id for call in receiver.calls}) == 1
