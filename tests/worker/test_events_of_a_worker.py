"""What a worker tells while it works, ours and Celery's: gathered, and yet complete and in order for each job."""

from collections import defaultdict

import orjson
import pytest

from core.queues import EVENT_EXCHANGE
from jobs.broker import connect, declare_topology
from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs_seen import submit_ping, wait_until

pytestmark = pytest.mark.integration


def test_every_job_is_told_of_in_order_also_by_a_worker_that_stops_right_after(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    with connect("listener", heartbeat=0) as connection:
        channel = connection.channel()
        declare_topology(channel)
        channel.queue_declare("heard", exclusive=True)
        channel.queue_bind("heard", EVENT_EXCHANGE, "#")
        worker = start_worker("-c", "2")
        jobs = [submit_ping() for _ in range(12)]
        for job_id in jobs:
            wait_until(job_id, JobState.SUCCEEDED)

        assert worker.terminate() == 0

        told = defaultdict(list)
        while message := channel.basic_get("heard", no_ack=True):
            body = orjson.loads(message.body)
            for one in body if isinstance(body, list) else [body]:
                kind = "celery" if "uuid" in one else "ours"
                told[kind, one.get("uuid") or one.get("job_id")].append(one.get("state") or one["type"])

    for job_id in jobs:
        assert told["ours", job_id] == ["running", "succeeded"]
        assert told["celery", job_id] == ["task-received", "task-started", "task-succeeded"]
