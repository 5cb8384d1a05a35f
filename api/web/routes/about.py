"""GET /api/about: what runs here, for people who write a report or plan an upgrade. No secret, no address."""

import os
import platform
from functools import lru_cache
from importlib.metadata import version

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import is_postgresql
from core.http import Read
from core.schema import head_revision
from core.settings import ROOT, get_settings
from core.version import VERSION
from web.broker_watch import Broker

router = APIRouter(tags=["about"])

REVISION_NAMES = ("SLIPWAY_REVISION", "HEROKU_SLUG_COMMIT", "SOURCE_VERSION")  # as builds name the commit


class BrokerAbout(BaseModel):
    product: str = Field(examples=["RabbitMQ"])
    version: str = Field(examples=["3.10.8"])


class DatabaseAbout(BaseModel):
    kind: str = Field(examples=["PostgreSQL"])
    version: str = Field(examples=["15.6"])
    schema_revision: str = Field(description="What the database has.", examples=["0003_access"])
    newest_revision: str = Field(description="What this code brings.", examples=["0003_access"])


class About(BaseModel):
    version: str
    revision: str | None = Field(description="The commit, where it is known.")
    python: str
    celery: str
    broker: BrokerAbout | None = Field(description="As connected; null when it is away or not set.")
    database: DatabaseAbout
    environment: str = Field(examples=["production"])
    auth_mode: str
    broker_profile: str
    llm_provider: str


@router.get("/api/about", name="about")
def get_about(session: Read, broker: Broker) -> About:
    """Versions and modes of this installation."""
    settings = get_settings()
    return About(
        version=VERSION,
        revision=_revision(),
        python=platform.python_version(),
        celery=version("celery"),
        broker=BrokerAbout(product=broker.product, version=broker.version) if broker.state == "up" else None,
        database=_database(session),
        environment="production" if settings.production else "development",
        auth_mode=settings.auth_mode,
        broker_profile=settings.broker_profile,
        llm_provider=settings.llm_provider,
    )


def _database(session: Session) -> DatabaseAbout:
    postgresql = is_postgresql(session)
    number = session.scalar(text("SHOW server_version" if postgresql else "SELECT sqlite_version()"))
    return DatabaseAbout(
        kind="PostgreSQL" if postgresql else "SQLite",
        version=str(number),
        schema_revision=str(session.scalar(text("SELECT version_num FROM alembic_version"))),
        newest_revision=head_revision(),
    )


@lru_cache(maxsize=1)
def _revision() -> str | None:
    """From the build's environment, or from the checkout that this runs in."""
    named = next(filter(None, map(os.environ.get, REVISION_NAMES)), None)
    return (named or _of_checkout() or "")[:12] or None


def _of_checkout() -> str | None:
    """Read without git, which a server need not have."""
    try:
        head = (ROOT / ".git" / "HEAD").read_text().strip()
        name = head.removeprefix("ref: ")
        return head if name == head else (ROOT / ".git" / name).read_text().strip()
    except OSError:
        return None
