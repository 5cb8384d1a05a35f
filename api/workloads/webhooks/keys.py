"""Signing secrets: derived from SECRET_KEY, the owner and a version, stored nowhere, and rotated by counting up."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core import clock
from core.db import is_postgresql
from core.secrets import secret_key
from workloads.webhooks.models import WebhookKey

PREFIX = "whsec_"
OVERLAP = timedelta(hours=24)  # calls are signed with the secret before as well, so that receivers can change over


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """`previous` is signed with too, until `previous_until`."""

    current: str
    previous: str | None = None
    previous_until: datetime | None = None

    def in_force(self) -> list[str]:
        return [self.current, *([self.previous] if self.previous else [])]


def of_webhook(webhook_id: str) -> str:
    """The owner of a webhook's secret."""
    return f"webhook:{webhook_id}"


def of_project(project_id: str | None) -> str:
    """The owner of the secret for the addresses in a project's job orders."""
    return f"project:{project_id or ''}"


def secrets_of(session: Session, owner: str) -> Secrets:
    key = session.get(WebhookKey, owner)
    if key is None:
        return Secrets(current=_derived(owner, 1))
    until = key.rotated_at + OVERLAP
    if until < clock.now():
        return Secrets(current=_derived(owner, key.version))
    before = _derived(owner, key.version - 1)
    return Secrets(current=_derived(owner, key.version), previous=before, previous_until=until)


def rotate(session: Session, owner: str) -> Secrets:
    now = clock.now()
    dialect = postgresql if is_postgresql(session) else sqlite
    first = dialect.insert(WebhookKey).values(owner=owner, version=1, rotated_at=now)
    session.execute(first.on_conflict_do_nothing(index_elements=["owner"]))
    one_more = {"version": WebhookKey.version + 1, "rotated_at": now}
    session.execute(update(WebhookKey).where(WebhookKey.owner == owner).values(**one_more))
    return secrets_of(session, owner)


def forget(session: Session, owner: str) -> None:
    session.execute(delete(WebhookKey).where(WebhookKey.owner == owner))


def _derived(owner: str, version: int) -> str:
    said = f"slipway webhook secret\n{owner}\n{version}".encode()
    return PREFIX + base64.b64encode(hmac.new(secret_key().encode(), said, hashlib.sha256).digest()).decode()
