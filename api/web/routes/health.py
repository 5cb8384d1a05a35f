"""Alive, and ready. Words only: no address, no version, no error's text."""

import threading
import time
from typing import Literal

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.db import database_now, reading
from core.settings import get_settings
from jobs.broker import connect
from jobs.liveness import DEAD_AFTER
from jobs.models import WorkerIncarnation

router = APIRouter(tags=["health"])
log = structlog.get_logger(__name__)

ASKED_EVERY = 5.0  # seconds: probes come often, and a connection is not cheap


class Health(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """`status` tells whether jobs are taken, which needs the database alone."""

    status: Literal["ready", "not ready"]
    database: Literal["up", "away"]
    broker: Literal["up", "away", "not set"]
    workers: str


class BrokerProbe:
    """Asks the broker at most every few seconds, for all who want to know."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._up = False

    def state(self) -> Literal["up", "away", "not set"]:
        if not get_settings().has_broker:
            return "not set"
        with self._lock:
            if time.monotonic() - self._asked_at > ASKED_EVERY:
                self._up = _broker_answers()
                self._asked_at = time.monotonic()
            return "up" if self._up else "away"


def _broker_answers() -> bool:
    try:
        connect("readiness").release()
    except Exception as error:
        log.warning("the broker is away", error_class=type(error).__name__)
        return False
    return True


_probe = BrokerProbe()


def _living_workers() -> int | None:
    """None when the database is away."""
    try:
        with reading() as session:
            alive = WorkerIncarnation.seen_at >= database_now(session) - DEAD_AFTER
            living = select(func.count()).where(WorkerIncarnation.ended_at.is_(None), alive)
            return session.scalar(living.select_from(WorkerIncarnation)) or 0
    except SQLAlchemyError as error:
        log.warning("the database is away", error_class=type(error).__name__)
        return None


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers; nothing else is looked at."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness}})
def readyz(response: Response) -> Readiness:
    """503 only when the database is away, since jobs are still taken without a broker or workers."""
    workers = _living_workers()
    broker = _probe.state()
    if workers is None:
        response.status_code = 503
        return Readiness(status="not ready", database="away", broker=broker, workers="unknown")
    return Readiness(status="ready", database="up", broker=broker, workers=f"{workers} alive" if workers else "none")
