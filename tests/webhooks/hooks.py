"""Webhooks and their deliveries as a test makes and sees them."""

from typing import Any

from sqlalchemy import select

from core.db import reading, writing
from jobs import finish
from jobs.finish import Failure
from jobs.handlers import RunningJob
from jobs.models import Job
from jobs.orders import Order
from jobs.states import ErrorKind
from jobs.submit import submit_many
from tests.jobs.running import claimed
from tests.jobs_seen import job_of
from workloads.operations.contracts import PING, Ping
from workloads.webhooks import keys, service
from workloads.webhooks.contracts import WEBHOOK_DELIVERY, Delivery
from workloads.webhooks.engine import deliver
from workloads.webhooks.models import Webhook, WebhookDelivery

URL = "https://receiver.example/hook"
BROKEN = Failure(class_name="Broken", message="it broke", kind=ErrorKind.PERMANENT)


def make_webhook(url: str = URL, **values: Any) -> str:
    fields = {"project_id": "acme", "events": ["succeeded", "failed", "cancelled"], "include_result": False}
    with writing() as session:
        return service.create(session, url=url, active=True, **fields | values).id


def webhook_of(webhook_id: str) -> Webhook:
    with reading() as session:
        return session.get_one(Webhook, webhook_id)


def ping_calling(url: str | None, *, project_id: str | None = "acme", **payload: Any) -> str:
    """A committed ping whose order names an address."""
    order = Order(contract=PING, payload=Ping(**payload), project_id=project_id, webhook_url=url)
    with writing(durable=True) as session:
        return submit_many(session, [order])[0].job_id


def succeeds(job_id: str, result: Any = "done") -> None:
    finish.succeed(job_id, claimed(job_id).claim_id, result)


def ended(url: str | None = None, result: Any = "done", **details: Any) -> str:
    """Such a ping, done; answers its id."""
    job_id = ping_calling(url, **details)
    succeeds(job_id, result)
    return job_id


def deliveries_about(job_id: str) -> list[Job]:
    """The jobs that tell of this job's end."""
    chosen = select(WebhookDelivery.job_id).where(WebhookDelivery.about_id == job_id)
    with reading() as session:
        return list(session.scalars(select(Job).where(Job.id.in_(chosen)).order_by(Job.id)))


def all_deliveries() -> list[Job]:
    with reading() as session:
        return list(session.scalars(select(Job).where(Job.task == WEBHOOK_DELIVERY.name)))


def told(job_id: str) -> list[str | None]:
    """To whom its end is told: a webhook's id, or None for the address in its order."""
    return [job.payload["webhook_id"] for job in deliveries_about(job_id)]


def secret_of_webhook(webhook_id: str) -> str:
    with reading() as session:
        return keys.secrets_of(session, keys.of_webhook(webhook_id)).current


def secret_of_project(project_id: str | None) -> str:
    with reading() as session:
        return keys.secrets_of(session, keys.of_project(project_id)).current


def ended_state(job_id: str) -> str:
    return job_of(job_id).state


def send(delivery_id: str) -> dict[str, Any]:
    """One attempt of a delivery."""
    held = claimed(delivery_id)
    return deliver(RunningJob.of(held), Delivery(**held.payload))


def send_all_about(job_id: str) -> list[dict[str, Any]]:
    return [send(one.id) for one in deliveries_about(job_id)]
