"""Messages as the broker moves them to the dead letter queue."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from amqp import Channel, Message

from core.queues import DEAD_LETTER_QUEUE, EXCHANGE, Queue
from jobs.broker import connect, declare_topology, ready_messages
from jobs.dead_letters.messages import DeadMessage, read
from jobs.dispatch.message import Delivery, message_of
from jobs.models import Job
from tests.jobs_seen import job_of
from tests.waiting import wait_for

REJECTED = {"reason": "rejected", "queue": "default", "exchange": "slipway", "count": 1, "routing-keys": ["default"]}


def delivery_of(job: Job, **changes: Any) -> Delivery:
    about = {"job_id": job.id, "task": job.task, "queue": job.queue, "dispatch": job.dispatch}
    return Delivery(**(about | {"retries": 0, "payload": job.payload} | changes))


def message(headers: Mapping[str, Any], body: str = "[[], {}, {}]", **properties: Any) -> Message:
    properties = {"content_type": "application/json", **properties}
    return Message(body, application_headers=dict(headers), **properties)


def given_up_on(job_id: str, *, reason: str = "rejected", dispatch: int | None = None, time: int = 1) -> DeadMessage:
    """The job's message as the dead letter queue holds it; of the dispatch in force unless another is named."""
    job = job_of(job_id)
    made = message_of(delivery_of(job, dispatch=dispatch or job.dispatch))
    made.headers["x-death"] = [{**REJECTED, "reason": reason, "time": time}]
    return read(made)


def foreign(task: str = "elsewhere", body: str = '[[1], {"a": 2}, {}]', **headers: Any) -> DeadMessage:
    told = {"id": "their-id", "task": task, "x-death": [REJECTED]} | headers
    return read(message(told, body))


@contextmanager
def channel() -> Iterator[Channel]:
    """On a broker with all our queues. What was not acknowledged goes back to its queue afterwards."""
    connection = connect("test", heartbeat=0)
    try:
        opened = connection.channel()
        declare_topology(opened)
        yield opened
    finally:
        connection.release()


def refuse(opened: Channel, dead: Message, queue: Queue = Queue.DEFAULT) -> None:
    """A worker gets it and refuses it; the broker moves it."""
    before = ready_messages(opened, DEAD_LETTER_QUEUE)
    opened.basic_publish(dead, EXCHANGE, queue.value)
    got = wait_for(lambda: opened.basic_get(queue.value), what="the message")
    opened.basic_reject(got.delivery_tag, requeue=False)
    wait_for(lambda: ready_messages(opened, DEAD_LETTER_QUEUE) > before, what="the dead letter")
