"""Jobs longer than a broker lets a delivery be held; killed in a slice and between two."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import amqp
import pytest
from kombu import Connection

from core.db import writing
from jobs.cancel import cancel
from jobs.models import Job
from jobs.states import JobState
from launch.broker import PrivateBroker, configuration
from tests.conftest import StartWorker
from tests.freezing import freeze, wake
from tests.jobs.running import sleep_no_more
from tests.jobs_seen import attempts_of, job_of, outcomes_of, submit_ping, wait_until
from tests.processes import Process
from tests.surroundings import use_broker
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

CONSUMER_TIMEOUT = 7.0  # seconds, so that a slice may take several times what it should
SLICE = 1.0
LONG = 9.0


@pytest.fixture
def impatient_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateBroker]:
    """Takes back what is held for some seconds; looked at each second instead of each minute."""
    every_second = f"{configuration.ERLANG_ARGUMENTS} -rabbit channel_tick_interval 1000"
    monkeypatch.setattr(configuration, "ERLANG_ARGUMENTS", every_second)
    node = PrivateBroker(tmp_path / "rabbitmq", {"consumer_timeout": str(int(CONSUMER_TIMEOUT * 1000))})
    node.start()
    use_broker(monkeypatch, node.url)
    yield node
    node.stop()


@pytest.fixture(autouse=True)
def short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_SLICE_SECONDS", str(SLICE))


def holds_a_delivery_in_vain(url: str) -> bool:
    """Whether the broker closes the channel of a consumer that does not acknowledge."""
    with Connection(url) as connection:
        channel = connection.channel()
        channel.queue_declare("held", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.basic_publish(amqp.Message("held"), routing_key="held")
        channel.basic_consume("held", callback=lambda _message: None)
        with suppress(TimeoutError):
            while True:
                try:
                    connection.drain_events(timeout=CONSUMER_TIMEOUT + 5)
                except amqp.PreconditionFailed as closed:
                    return "timed out" in str(closed)
    return False


def test_a_job_longer_than_the_consumer_timeout_ends_once_in_one_attempt(
    sqlite_database: str, impatient_broker: PrivateBroker, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=LONG, log_lines=3)

    assert holds_a_delivery_in_vain(impatient_broker.url)
    job = wait_until(job_id, JobState.SUCCEEDED, timeout=60)

    assert (job.attempt, job.lost, job.dispatch) == (1, 0, job.slices + 1)
    assert 1 < job.slices <= LONG / SLICE
    assert outcomes_of(job_id) == ["succeeded"]
    [attempt] = attempts_of(job_id)
    assert attempt.ended_at is not None
    assert (attempt.ended_at - attempt.started_at).total_seconds() > LONG > CONSUMER_TIMEOUT
    assert "timed out" not in worker.output
    assert "PRECONDITION_FAILED" not in worker.output


def test_a_process_killed_in_a_slice_and_a_worker_killed_between_two_lose_one_slice_at_most(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    first = start_worker("-c", "1", name="first@localhost")
    job_id = submit_ping(sleep_s=600)
    wait_for(partial(killed_in_slice, first, job_id, 2), what="the third slice")
    wait_for(lambda: job_of(job_id).attempt == 2, what="the second attempt")
    before = job_of(job_id).slices
    freeze(first.pid)  # a slice that ends now finds nobody to take up the next
    between = wait_for(partial(after_slice, job_id, before + 1), what="the end of a slice")
    sleep_no_more(job_id)
    first.kill_main()
    start_worker("-c", "1", name="second@localhost")

    job = wait_until(job_id, JobState.SUCCEEDED, timeout=60)
    assert between.worker == "first@localhost"
    assert outcomes_of(job_id) == ["lost", "succeeded"]
    assert [one.worker for one in attempts_of(job_id)] == ["first@localhost", "second@localhost"]
    assert (before >= 2, job.slices) == (True, between.slices)


def in_slice(job_id: str, done: int) -> bool:
    job = job_of(job_id)
    return job.state == JobState.RUNNING and job.slices >= done


def after_slice(job_id: str, done: int) -> Job | None:
    job = job_of(job_id)
    return job if job.state == JobState.QUEUED and job.slices >= done else None


def killed_in_slice(worker: Process, job_id: str, done: int) -> bool:
    """One that stands still ends no slice between our look and the kill."""
    child = worker.child_running()
    freeze(child)
    caught = in_slice(job_id, done)
    os.kill(child, signal.SIGKILL if caught else signal.SIGCONT)
    return caught


def test_a_cancel_between_two_slices_is_kept_when_the_next_message_comes(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=600)
    wait_for(partial(in_slice, job_id, 1), what="the second slice")
    freeze(worker.pid)
    wait_for(lambda: job_of(job_id).state == JobState.QUEUED, what="the time between two slices")

    with writing() as session:
        cancel(session, job_id, by="a test")
    wake(worker.pid)

    wait_until(submit_ping(), JobState.SUCCEEDED)
    assert job_of(job_id).state == JobState.CANCELLED
    assert outcomes_of(job_id) == ["cancelled"]
