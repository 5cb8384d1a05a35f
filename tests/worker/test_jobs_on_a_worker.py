"""Jobs through a real RabbitMQ and a real Celery worker."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from core.db import writing
from jobs.broker import HEARTBEAT
from jobs.cancel import cancel
from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once, take
from jobs.orders import Order
from jobs.states import JobState
from jobs.submit import submit_many
from launch.broker import PrivateBroker
from tests.brokers import management_of
from tests.conftest import StartWorker
from tests.jobs.running import sleep_no_more
from tests.jobs_seen import attempts_of, job_of, outcomes_of, submit_ping, wait_until, wait_until_ended
from tests.processes import API, BIN
from tests.waiting import wait_for
from tests.worker.shell import ASKED, celery, python
from workloads.operations.contracts import PING, Ping

pytestmark = pytest.mark.integration


def test_a_thousand_pings_of_no_length_all_succeed(database: str, broker: str, start_worker: StartWorker) -> None:
    start_worker()

    with writing(durable=True) as session:
        submit_many(session, [Order(contract=PING, payload=Ping(value=n)) for n in range(1_000)])

    assert wait_until_ended() == {JobState.SUCCEEDED: 1_000}


def test_delay_from_a_shell_writes_the_row_first_and_get_returns_the_result(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker()

    printed = python(
        "from worker.tasks import ping; job = ping.delay('hello'); print(job.id, job.get(timeout=20)['value'])"
    )

    job_id, value = printed.split()
    assert value == "hello"
    assert job_of(job_id).state == JobState.SUCCEEDED


def test_delays_work_on_a_broker_where_no_worker_has_declared_anything(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    """A delay of ours is a row: nobody needs the exchanges by which Celery delays, which its workers alone declare."""
    code = "from worker.tasks import ping; print(ping.delay(1).id, ping.apply_async(args=[2], countdown=1).id)"

    now, later = python(code).split()
    assert (job_of(now).state, job_of(later).state) == (JobState.QUEUED, JobState.SCHEDULED)
    start_worker()

    first, second = (wait_until(one, JobState.SUCCEEDED) for one in (now, later))
    assert first.published_at is not None
    assert second.started_at is not None
    assert second.started_at - second.created_at >= timedelta(seconds=1)


def heartbeats_of_workers(node: PrivateBroker, host: str) -> set[int]:
    """As the broker has them, in seconds."""
    with management_of(node) as api:
        found = api.get(f"vhosts/{host}/connections").raise_for_status().json()
    return {one["timeout"] for one in found if one.get("user_provided_name") == "slipway worker"}


def test_the_broker_finds_a_frozen_worker_by_the_short_heartbeat_that_was_agreed_on(
    sqlite_database: str, broker_node: PrivateBroker, broker: str, start_worker: StartWorker
) -> None:
    """It closes a connection after two that it missed."""
    start_worker("-c", "1")
    host = broker.rpartition("/")[2]

    agreed = wait_for(lambda: heartbeats_of_workers(broker_node, host), what="the broker's list of connections")

    assert agreed == {HEARTBEAT} == {15}


def test_two_retries_in_a_row_wait_at_least_the_floor_and_then_succeed(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker()

    job_id = submit_ping(fail_times=2)

    job = wait_until(job_id, JobState.SUCCEEDED)
    assert outcomes_of(job_id) == ["retried", "retried", "succeeded"]
    assert job.dispatch == 3
    first, second, third = attempts_of(job_id)
    for earlier, later in ((first, second), (second, third)):
        assert earlier.ended_at is not None
        assert (later.started_at - earlier.ended_at).total_seconds() >= 0.95  # the due time counts from the write


def test_a_message_published_twice_runs_once(sqlite_database: str, broker: str, start_worker: StartWorker) -> None:
    job_id = submit_ping()
    taken = take("batch")
    publisher = Publisher("test")
    publisher.publish(taken)
    publisher.publish(taken)
    publisher.close()

    worker = start_worker()

    wait_until(job_id, JobState.SUCCEEDED)
    worker.wait_for_output("delivery dropped")
    assert outcomes_of(job_id) == ["succeeded"]


def test_redelivery_of_a_finished_job_is_dropped(sqlite_database: str, broker: str, start_worker: StartWorker) -> None:
    worker = start_worker()
    job_id = submit_ping()
    wait_until(job_id, JobState.SUCCEEDED)
    ended_at = job_of(job_id).ended_at

    delivery = delivery_of(job_id)
    publisher = Publisher("test")
    publisher.publish([delivery])
    publisher.close()

    worker.wait_for_output("the job is succeeded")
    assert job_of(job_id).ended_at == ended_at
    assert len(attempts_of(job_id)) == 1


def delivery_of(job_id: str) -> Delivery:
    """The message as it was sent the first time."""
    job = job_of(job_id)
    return Delivery(job.id, job.task, job.queue, job.dispatch, job.retries, job.payload)


def test_a_job_cancelled_before_its_start_never_runs(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    job_id = submit_ping()
    publisher = Publisher("test")
    dispatch_once(publisher)
    publisher.close()
    with writing() as session:
        cancel(session, job_id, by="a test")

    worker = start_worker()

    worker.wait_for_output("the job is cancelled")
    assert job_of(job_id).state == JobState.CANCELLED
    assert attempts_of(job_id) == []


def test_a_running_job_stops_at_its_next_checkpoint(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker()
    job_id = submit_ping(sleep_s=600)
    wait_until(job_id, JobState.RUNNING)

    with writing() as session:
        cancel(session, job_id, by="a test")

    wait_until(job_id, JobState.CANCELLED)
    assert outcomes_of(job_id) == ["cancelled"]


def test_a_worker_told_its_queues_takes_nothing_else(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1", queues="agent_initialization_queue,other_queue")

    queues = celery("inspect", "active_queues", "--json", *ASKED)

    assert '"agent_initialization_queue"' in queues
    assert '"other_queue"' in queues
    assert '"high_priority"' not in queues


def test_sigterm_gives_a_running_job_back_and_it_counts_as_nobodys_fault(
    sqlite_database: str, broker: str, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_SOFT_SHUTDOWN_SECONDS", "1")
    first = start_worker("-c", "1", name="first@localhost")
    job_id = submit_ping(sleep_s=600)
    wait_until(job_id, JobState.RUNNING)
    sleep_no_more(job_id)

    first.terminate()
    start_worker("-c", "1", name="second@localhost")

    job = wait_until(job_id, JobState.SUCCEEDED)
    assert outcomes_of(job_id) == ["given_back", "succeeded"]
    assert job.lost == 0


def test_a_worker_without_a_broker_stops_with_one_sentence(tmp_path: Path, sqlite_database: str) -> None:
    command = [str(BIN / "celery"), "-A", "worker.celery_app", "worker"]
    done = subprocess.run(command, cwd=API, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode != 0
    assert "set CLOUDAMQP_URL or RABBITMQ_URL" in done.stderr
    assert "Traceback" not in done.stderr
