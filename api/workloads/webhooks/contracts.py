"""What a delivery's job is given: whom to tell, and of what. Address and secret are not part of it."""

from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import insert

from core import clock
from core.contracts import Contract, Payload
from core.queues import Queue
from workloads.webhooks.models import WebhookDelivery

LINE = r"^[^\x00-\x1f\x7f]+$"  # no control characters; a pattern also refuses half a surrogate pair


class Delivery(Payload):
    """Without `webhook_id` the address in that job's order is called; without `job_id` a webhook gets a sample."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"job_id": "0197…", "webhook_id": "0197…"}]})

    job_id: str | None = Field(None, min_length=1, max_length=155, pattern=LINE, description="The job that has ended.")
    webhook_id: str | None = Field(None, min_length=1, max_length=36, pattern=LINE)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.job_id is None and self.webhook_id is None:
            raise PydanticCustomError("delivery", "Name a job that has ended, a webhook, or both.")
        return self


def on_record(session: Any, job_id: str, payload: Any) -> Delivery:
    """So that a job's page and a webhook's page find their deliveries, those sent again by hand as well."""
    delivery: Delivery = payload
    row = {"job_id": job_id, "about_id": delivery.job_id, "webhook_id": delivery.webhook_id}
    session.execute(insert(WebhookDelivery).values(**row, created_at=clock.now()))
    return delivery


WEBHOOK_DELIVERY = Contract(
    name="webhook_delivery",
    queue=Queue.BACKGROUND,
    payload=Delivery,
    soft_time_limit=60,
    time_limit=90,
    externalize=on_record,
    internal=True,
)
