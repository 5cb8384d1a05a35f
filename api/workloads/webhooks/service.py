"""What one can do with webhooks over HTTP: add, look at, change, test, delete."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import changed
from core.errors import NotFound
from jobs.cancel import cancel
from jobs.models import Job
from jobs.submit import Submitted, submit
from workloads.webhooks import keys
from workloads.webhooks.contracts import WEBHOOK_DELIVERY, Delivery
from workloads.webhooks.models import Webhook, WebhookDelivery


class UnknownWebhook(NotFound):
    """There is no such webhook."""


@dataclass(frozen=True)
class Sent:
    """One delivery: its record, its job, and the webhook or the job whose address is called."""

    record: WebhookDelivery
    job: Job
    url: str | None


def webhooks_in(project_id: str | None) -> Select[Webhook]:
    chosen = select(Webhook)
    return chosen if project_id is None else chosen.where(Webhook.project_id == project_id)


def find(session: Session, webhook_id: str) -> Webhook:
    """Raises UnknownWebhook."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise UnknownWebhook(f"There is no webhook {webhook_id!r}.")
    return webhook


def create(session: Session, **values: Any) -> Webhook:
    now = clock.now()
    webhook = Webhook(id=ids.new_id(), note=None, created_at=now, updated_at=now, **values)
    session.add(webhook)
    session.flush()
    return webhook


def replace(session: Session, webhook_id: str, *, by: str, **values: Any) -> Webhook:
    """What waits to be sent is not sent any more once the webhook is inactive. Raises UnknownWebhook."""
    webhook = find(session, webhook_id)
    for name, value in values.items():
        setattr(webhook, name, value)
    webhook.note, webhook.updated_at = None, clock.now()
    session.flush()
    if not webhook.active:
        _cancel_open(session, webhook_id, by=by)
    return webhook


def deactivate(session: Session, webhook_id: str, *, note: str, sender: str) -> None:
    """By the job `sender`, whose receiver does not want to hear any more."""
    values = {"active": False, "note": note, "updated_at": clock.now()}
    if changed(session, update(Webhook).where(Webhook.id == webhook_id, Webhook.active).values(**values)):
        _cancel_open(session, webhook_id, by="the webhook's end", but=sender)


def remove(session: Session, webhook_id: str, *, by: str) -> None:
    """With its secret and the record of its deliveries; their jobs stay. Raises UnknownWebhook."""
    find(session, webhook_id)
    _cancel_open(session, webhook_id, by=by)
    keys.forget(session, keys.of_webhook(webhook_id))
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def send_sample(session: Session, webhook_id: str) -> Submitted:
    """Raises UnknownWebhook."""
    webhook = find(session, webhook_id)
    return submit(session, WEBHOOK_DELIVERY, Delivery(webhook_id=webhook.id), project_id=webhook.project_id)


def deliveries_to(session: Session, webhook_id: str, *, limit: int) -> list[Sent]:
    """The newest first. Raises UnknownWebhook."""
    url = find(session, webhook_id).url
    newest = _deliveries().where(WebhookDelivery.webhook_id == webhook_id)
    order = (WebhookDelivery.created_at.desc(), WebhookDelivery.job_id.desc())
    return [Sent(record, job, url) for record, job in session.execute(newest.order_by(*order).limit(limit))]


def deliveries_about(session: Session, job: Job) -> list[Sent]:
    """Whom the end of this job was told, the first call first."""
    with_url = select(WebhookDelivery, Job, Webhook.url).join(Job, Job.id == WebhookDelivery.job_id)
    chosen = with_url.outerjoin(Webhook, Webhook.id == WebhookDelivery.webhook_id)
    found = session.execute(chosen.where(WebhookDelivery.about_id == job.id).order_by(WebhookDelivery.job_id))
    return [Sent(record, delivery, url or job.webhook_url) for record, delivery, url in found]


def _deliveries() -> Select[WebhookDelivery, Job]:
    return select(WebhookDelivery, Job).join(Job, Job.id == WebhookDelivery.job_id)


def _cancel_open(session: Session, webhook_id: str, *, by: str, but: str | None = None) -> None:
    """The rows are locked first: one that ended meanwhile is skipped and not an error."""
    sent = select(WebhookDelivery.job_id).where(WebhookDelivery.webhook_id == webhook_id)
    still_open = select(Job.id).where(Job.id.in_(sent), Job.ended_at.is_(None), Job.id != (but or ""))
    for job_id in list(session.scalars(still_open.order_by(Job.id).with_for_update())):
        cancel(session, job_id, by=by)
