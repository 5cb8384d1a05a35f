"""Celery on a quorum queue, acknowledging late, with events: bare, or with its SQL result backend as it is shipped."""

import json
import os
import sys
import time

import ends
from celery import Celery
from kombu import Exchange, Queue

app = Celery("noop", broker=os.environ["BENCH_BROKER"])
queue = Queue("noop", Exchange("noop", type="topic"), routing_key="noop", queue_arguments={"x-queue-type": "quorum"})
app.conf.update(
    task_queues=[queue],
    task_default_queue="noop",
    task_default_exchange="noop",
    task_default_exchange_type="topic",
    task_default_routing_key="noop",
    task_acks_late=True,
    worker_prefetch_multiplier=64,
    worker_send_task_events=True,
    broker_transport_options={"confirm_publish": True},
    control_queue_exclusive=True,
    event_queue_exclusive=True,
)
if os.environ.get("BENCH_TRACKED"):
    app.conf.update(
        result_backend=f"db+sqlite:///{os.environ['BENCH_DIRECTORY']}/results.db",
        task_track_started=True,
    )
else:
    app.conf.update(task_ignore_result=True)


@app.task(name="noop")
def noop(value: int) -> dict[str, int]:
    ends.note()
    return {"value": value}


if __name__ == "__main__":
    noop.delay(1)  # connects, and declares the queue
    started = time.perf_counter()
    for _ in range(int(sys.argv[1]) - 1):
        noop.delay(1)
    print(json.dumps({"seconds": time.perf_counter() - started}))
