"""The tables of the webhooks. The secrets are in none of them: they are derived."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.columns import Json, UtcDateTime
from core.db import Base

ID = String(36)
JOB_ID = String(155)


class Webhook(Base):
    """Calls `url` when a job of the project ends; without a project, when any job does."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    project_id: Mapped[str | None] = mapped_column(String(200), index=True)
    url: Mapped[str] = mapped_column(Text)
    events: Mapped[Any] = mapped_column(Json)
    include_result: Mapped[bool] = mapped_column(Boolean)
    active: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index("ix_webhooks_created", Webhook.created_at, Webhook.id)


class WebhookKey(Base):
    """Which version of an owner's secret is in force; an owner that was never rotated has no row and version 1."""

    __tablename__ = "webhook_keys"

    owner: Mapped[str] = mapped_column(String(220), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    rotated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookDelivery(Base):
    """The job `job_id` tells of the end of the job `about_id`: to a webhook, or to the address in that job's order.

    The key is checked at commit, since a job's row is inserted after what it refers to.
    """

    __tablename__ = "webhook_deliveries"

    job_id: Mapped[str] = mapped_column(
        JOB_ID, ForeignKey("jobs.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"), primary_key=True
    )
    about_id: Mapped[str | None] = mapped_column(JOB_ID, index=True)
    webhook_id: Mapped[str | None] = mapped_column(ID, ForeignKey("webhooks.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


Index("ix_webhook_deliveries_webhook", WebhookDelivery.webhook_id, WebhookDelivery.created_at, WebhookDelivery.job_id)
