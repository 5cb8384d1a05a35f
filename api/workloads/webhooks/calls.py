"""Who is told when a job ends. Asked in the transaction that ends it, in whatever process that is."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from core.contracts import catalog
from core.db import table_of
from jobs.follow_up import EndedJob
from jobs.models import Job
from jobs.orders import Order
from workloads.webhooks.contracts import WEBHOOK_DELIVERY, Delivery
from workloads.webhooks.models import Webhook


def calls_after(session: Session, ended: Sequence[EndedJob]) -> list[Order]:
    """One delivery each. The platform's own jobs are told to nobody, least of all the deliveries themselves."""
    told = [one for one in ended if not (one.task in catalog and catalog.get(one.task).internal)]
    webhooks = _webhooks(session, {one.project_id for one in told}) if told else []
    return [_order(one, webhook_id) for one in told for webhook_id in _addresses(one, webhooks)]


_hooks = table_of(Webhook).c
_THEIRS = or_(_hooks.project_id.is_(None), _hooks.project_id.in_(bindparam("projects", expanding=True)))
_ACTIVE = select(_hooks.id, _hooks.project_id, _hooks.events).where(_hooks.active, _THEIRS).order_by(_hooks.id)

_jobs = table_of(Job).c
_of_its_project = or_(_hooks.project_id.is_(None), _hooks.project_id == _jobs.project_id)
SOMEBODY_IS_TOLD = or_(_jobs.webhook_url.is_not(None), exists().where(_hooks.active, _of_its_project))


def _webhooks(session: Session, projects: set[str | None]) -> Sequence[Row[Any, *tuple[Any, ...]]]:
    return session.execute(_ACTIVE, {"projects": sorted(one for one in projects if one is not None)}).all()


def _addresses(ended: EndedJob, webhooks: Sequence[Row[Any, *tuple[Any, ...]]]) -> Iterator[str | None]:
    """The job's own, which has no id, and the webhooks of its project or of all."""
    if ended.webhook_url:
        yield None
    for webhook in webhooks:
        if webhook.project_id in {None, ended.project_id} and ended.state in webhook.events:
            yield webhook.id


def _order(ended: EndedJob, webhook_id: str | None) -> Order:
    payload = Delivery(job_id=ended.id, webhook_id=webhook_id)
    return Order(contract=WEBHOOK_DELIVERY, payload=payload, project_id=ended.project_id)
