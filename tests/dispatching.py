"""Dispatching by a test itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import update

from core import clock
from core.db import writing
from jobs.dispatch.dispatcher import Dispatcher
from jobs.dispatch.message import Delivery
from jobs.dispatch.rounds import LEASE
from jobs.models import Job
from jobs.submit import submit
from tests.jobs.dead_letters.dead_messages import delivery_of
from tests.jobs_seen import job_of
from workloads.operations.contracts import PING


@contextmanager
def dispatcher() -> Iterator[Dispatcher]:
    """What runs in a web process: it outlives any worker."""
    running = Dispatcher("test")
    running.start()
    try:
        yield running
    finally:
        running.stop()


def taken_here(**payload: Any) -> Delivery:
    """A ping that is taken in the transaction that makes it: no worker's dispatcher can be faster to send it."""
    with writing(durable=True) as session:
        job_id = submit(session, PING, payload).job_id
        ours = {"publisher": "test", "publisher_until": clock.now() + LEASE}
        session.execute(update(Job).where(Job.id == job_id).values(**ours))
    return delivery_of(job_of(job_id))
