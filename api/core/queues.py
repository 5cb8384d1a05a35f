"""Every queue and exchange, and the arguments they are declared with.

RabbitMQ refuses to change the arguments of a queue that exists, so they were decided before the first message.
The reasons are in docs/decisions/002-queues.md.
"""

from enum import StrEnum
from typing import Any

EXCHANGE = "slipway"
DEAD_LETTER_EXCHANGE = "slipway.dead"
DEAD_LETTER_QUEUE = "dead_letter_queue"
EVENT_EXCHANGE = "celeryev"  # Celery's own, so that its events and ours share one log
EVENT_STREAM = "slipway.events"

DELIVERY_LIMIT = 20  # a backstop: the jobs table counts lost workers and gives up much earlier


class Queue(StrEnum):
    """The work queues; a worker without `--queues` consumes them all."""

    AGENT_INITIALIZATION = "agent_initialization_queue"
    HIGH_PRIORITY = "high_priority"
    NORMAL = "normal"
    BACKGROUND = "background"
    DEFAULT = "default"
    WORKFLOWS = "workflows"
    ENRICHMENT = "enrichment"
    CRAWL = "crawl"
    TICKETS = "tickets"
    MEDIA = "media"
    PYTHON = "python_q"
    CIRCUIT = "circuit_q"


def work_queue_arguments() -> dict[str, Any]:
    """At-least-once dead lettering needs reject-publish, which also tells a publisher that a queue is full."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def dead_letter_arguments() -> dict[str, Any]:
    """A limit nobody reaches: without one, RabbitMQ 4 would drop a dead letter after 20 requeues."""
    return {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}


def event_stream_arguments() -> dict[str, Any]:
    """Small segments, because age alone trims closed segments only and the default segment is 500 MB."""
    return {
        "x-queue-type": "stream",
        "x-max-age": "1D",
        "x-max-length-bytes": 1_000_000_000,
        "x-stream-max-segment-size-bytes": 20_000_000,
    }
