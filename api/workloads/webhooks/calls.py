"""Who is told when a job ends. Asked in the transaction that ends it, in whatever process that is."""

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from core.contracts import catalog
from core.db import table_of
from jobs.follow_up import EndedJob
from jobs.submit import Order
from workloads.webhooks.contracts import WEBHOOK_DELIVERY, Delivery
from workloads.webhooks.models import Webhook


def calls_after(session: Session, ended: EndedJob) -> list[Order]:
    """One delivery each. The platform's own jobs are told to nobody, least of all the deliveries themselves."""
    if ended.task in catalog and catalog.get(ended.task).internal:
        return []
    own_address: list[str | None] = [None] if ended.webhook_url else []
    return [_order(ended, webhook_id) for webhook_id in own_address + _webhooks(session, ended)]


_hooks = table_of(Webhook).c
_ACTIVE = (
    select(_hooks.id, _hooks.events)
    .where(_hooks.active, or_(_hooks.project_id.is_(None), _hooks.project_id == bindparam("project_id")))
    .order_by(_hooks.id)
)


def _webhooks(session: Session, ended: EndedJob) -> list[str | None]:
    found = session.execute(_ACTIVE, {"project_id": ended.project_id})
    return [webhook_id for webhook_id, events in found if ended.state in events]


def _order(ended: EndedJob, webhook_id: str | None) -> Order:
    payload = Delivery(job_id=ended.id, webhook_id=webhook_id)
    return Order(contract=WEBHOOK_DELIVERY, payload=payload, project_id=ended.project_id)
