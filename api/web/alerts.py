"""What is wrong with the whole, in sentences: worked out from the rows and the broker's word each time it is asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.orm import Session

from core.queues import DEAD_LETTER_QUEUE
from jobs.workers import living_workers
from web.broker_watch import AWAY, BrokerFacts
from web.queue_view import view_queues
from web.routes.overview_schemas import QueueOut


@dataclass(frozen=True, kw_only=True)
class Alert:
    """`id` is the same for as long as the matter stands; `link` is a page of the panel."""

    id: str
    severity: Literal["critical", "warning"]
    message: str
    advice: str
    link: str


def alerts(session: Session, broker: BrokerFacts) -> list[Alert]:
    """The critical ones first."""
    workers = living_workers(session)
    queues = view_queues(session, broker, workers=workers)
    found = [*_broker(broker), *(_unattended(queues) if workers else _nobody(queues)), *_dead_letters(broker)]
    return sorted(found, key=lambda one: one.severity)


def _broker(broker: BrokerFacts) -> Iterator[Alert]:
    if broker == AWAY:
        yield Alert(
            id="broker-away",
            severity="critical",
            message="The broker does not answer.",
            advice="Jobs are taken and kept, and run when it is back. See that RabbitMQ runs and can be reached.",
            link="/queues",
        )
    elif broker.state == "not set":
        yield Alert(
            id="broker-not-set",
            severity="critical",
            message="No broker is set.",
            advice="Jobs are taken and kept, but none can run: set CLOUDAMQP_URL or RABBITMQ_URL and start again.",
            link="/queues",
        )


def _nobody(queues: Sequence[QueueOut]) -> Iterator[Alert]:
    waiting = sum(queue.queued for queue in queues)
    yield Alert(
        id="no-worker",
        severity="critical" if waiting else "warning",
        message=f"No worker is running{f', and {_jobs(waiting)}' if waiting else ''}.",
        advice="Start one: cd api && celery -A worker.celery_app worker",
        link="/workers",
    )


def _unattended(queues: Iterable[QueueOut]) -> Iterator[Alert]:
    for queue in queues:
        if queue.unattended:
            yield Alert(
                id=f"unattended:{queue.name}",
                severity="critical",
                message=f"No worker listens to {queue.name}, and {_jobs(queue.queued)}.",
                advice="Start a worker without --queues, or with this queue among them.",
                link=f"/queues/{queue.name}",
            )


def _jobs(count: int) -> str:
    return "1 job waits" if count == 1 else f"{count:,} jobs wait"


def _dead_letters(broker: BrokerFacts) -> Iterator[Alert]:
    facts = broker.queues.get(DEAD_LETTER_QUEUE)
    if facts and facts.messages:
        several = facts.messages > 1
        yield Alert(
            id="dead-letters",
            severity="warning",
            message=f"{facts.messages:,} message{'s were' if several else ' was'} given up on by the broker.",
            advice="They wait in the dead letter queue: a task that no worker knows, or one that killed every worker.",
            link=f"/queues/{DEAD_LETTER_QUEUE}",
        )
