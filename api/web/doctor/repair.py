"""`--repair`: deletes a queue that cannot be used, declares it again, and has its jobs sent again.

The jobs are rows, so nothing of ours is lost with the queue; a message of foreign code, which has no row, would be.
Therefore a queue that still answers is only deleted when it is empty."""

from collections.abc import Sequence

import structlog
from amqp import Channel
from amqp.exceptions import AMQPError
from kombu import Connection
from sqlalchemy import text, update

from core import clock
from core.db import writing
from core.queues import Queue
from jobs.broker import connect, declare_topology
from jobs.finish import NEXT_DISPATCH
from jobs.models import PUBLISHED, Job
from jobs.notes import note
from web.doctor.finding import Finding
from web.doctor.topology import on_a_channel

log = structlog.get_logger(__name__)

ANSWERS_WITHIN = 15.0  # seconds


def repair(findings: Sequence[Finding]) -> list[str]:
    """One sentence for each queue that a finding names. Raises the transport's and the database's errors."""
    queues = sorted({one.queue for one in findings if one.queue in set(Queue)})
    if not queues:
        return ["Nothing that can be repaired from here."]
    with connect("doctor", heartbeat=0, answers_within=ANSWERS_WITHIN) as connection:
        return [_renewed(connection, queue) for queue in queues]


def _renewed(connection: Connection, queue: str) -> str:
    waiting = _waiting(connection, queue)
    if waiting:
        return f"{queue}: {waiting} messages wait in it, so it was left alone. Let workers empty it, then ask again."
    try:
        on_a_channel(connection, lambda channel: channel.queue_delete(queue))
        on_a_channel(connection, declare_topology)
    except (AMQPError, OSError) as refusal:
        return f"{queue}: the broker refused ({type(refusal).__name__}). Restart its node, then ask again."
    again = send_again(queue)
    return f"{queue}: deleted and declared again. {again} jobs that it held are sent again."


def _waiting(connection: Connection, queue: str) -> int:
    """What a queue that cannot be used holds cannot be known, nor read by anybody."""

    def count(channel: Channel) -> int:
        return int(channel.queue_declare(queue, passive=True).message_count)

    try:
        return on_a_channel(connection, count)
    except AMQPError:
        return 0


def send_again(queue: str) -> int:
    """Jobs whose message went with the queue; the unsent ones are sent by themselves."""
    lost = update(Job).where(text(PUBLISHED), Job.queue == queue)
    with writing() as session:
        job_ids = list(session.scalars(lost.values(**NEXT_DISPATCH, updated_at=clock.now()).returning(Job.id)))
        for job_id in job_ids:
            note(session, job_id, "redispatched", message=f"{queue} was declared again")
    log.warning("a queue was declared again", queue=queue, jobs=len(job_ids))
    return len(job_ids)
