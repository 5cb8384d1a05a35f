"""Alive, and ready. Words only: no address, no version, no error's text."""

from typing import Literal

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from core.db import reading
from jobs.workers.queries import living_workers
from web.broker_watch import Broker

router = APIRouter(tags=["health"])
log = structlog.get_logger(__name__)


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """`status` tells whether jobs are taken, which needs the database alone."""

    status: Literal["ready", "not ready"]
    database: Literal["up", "away"]
    broker: Literal["up", "away", "not set"]
    workers: str


def _living_workers() -> int | None:
    """None when the database is away."""
    try:
        with reading() as session:
            return len(living_workers(session))
    except SQLAlchemyError as error:
        log.warning("the database is away", error_class=type(error).__name__)
        return None


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers; nothing else is looked at."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(response: Response, facts: Broker) -> Readiness:
    """503 only when the database is away, since jobs are still taken without a broker or workers."""
    workers = _living_workers()
    broker = facts.state
    if workers is None:
        response.status_code = 503
        return Readiness(status="not ready", database="away", broker=broker, workers="unknown")
    return Readiness(status="ready", database="up", broker=broker, workers=f"{workers} alive" if workers else "none")
