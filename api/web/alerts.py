"""What is wrong with the whole, in sentences: worked out from the rows and the broker's word each time it is asked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy.orm import Session

from core import clock
from jobs.dead_letters.queries import undecided
from jobs.queues.settings import QueueState
from jobs.workers.queries import living_workers
from web.broker_watch import AWAY, BrokerFacts
from web.queue_view import view_queues
from web.routes.overview_schemas import QueueOut

DEAD_WITHIN = timedelta(days=1)  # what is older was seen, or is nobody's


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
    idle = _unattended(queues) if workers else _nobody(queues)
    found = [*_broker(broker), *idle, *_held(queues), *_dead_letters(session)]
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


def _held(queues: Iterable[QueueOut]) -> Iterator[Alert]:
    for queue in queues:
        if queue.state != QueueState.OPEN:
            why = f" ({queue.reason})" if queue.reason else ""
            yield Alert(
                id=f"held:{queue.name}:{queue.state}",
                severity="warning",
                message=f"{queue.name} is {queue.state}{why}, and {_jobs(queue.held_jobs)}.",
                advice=f"By {queue.paused_by}. Resume it on its page, or: manage.py queues resume {queue.name}",
                link=f"/queues/{queue.name}",
            )


def _jobs(count: int) -> str:
    if count == 0:
        return "no job waits"
    return "1 job waits" if count == 1 else f"{count:,} jobs wait"


def _dead_letters(session: Session) -> Iterator[Alert]:
    count = undecided(session, since=clock.now() - DEAD_WITHIN)
    if count:
        wait = "dead letter waits" if count == 1 else "dead letters wait"
        yield Alert(
            id="dead-letters",
            severity="warning",
            message=f"{count:,} new {wait} for a decision.",
            advice="Jobs failed for good, or the broker gave up on their messages: run them again or discard them.",
            link="/dead-letters",
        )
