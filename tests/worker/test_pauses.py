"""A pause reaches workers that run and workers that start, without remote control."""

from kombu import Connection

from core.db import reading, writing
from jobs.queues import control
from jobs.workers.queries import living_workers
from tests.conftest import StartWorker
from tests.jobs_seen import state_of, submit_ping, wait_until
from tests.waiting import wait_for


def set_state(action: str, queue: str = "default", **details: str) -> None:
    with writing(durable=True) as session:
        getattr(control, action)(session, queue, **details)


def consumers(broker: str, queue: str = "default") -> int:
    with Connection(broker) as connection:
        return int(connection.default_channel.queue_declare(queue, passive=True).consumer_count)


def test_a_worker_leaves_a_paused_queue_and_comes_back(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1")
    assert consumers(broker) == 1

    set_state("pause", by="ann")
    wait_for(lambda: consumers(broker) == 0, what="the worker to leave the queue")
    held = submit_ping()
    start_worker("-c", "1", name="later@localhost")
    assert (consumers(broker), consumers(broker, "normal"), state_of(held)) == (0, 2, "queued")

    set_state("resume")
    wait_for(lambda: consumers(broker) == 2, what="both workers to come back")
    wait_until(held, "succeeded")
    with reading() as session:
        assert all("default" in worker.queues for worker in living_workers(session))
