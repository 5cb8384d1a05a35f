"""How it goes: the overview, and what needs somebody's care."""

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from capabilities.llm.spend import spend_since
from core import clock
from core.http import Read, problems
from jobs.dead_letters.queries import open_letters
from jobs.models import Job
from jobs.queues.loads import open_jobs
from jobs.task_times import busiest_tasks
from jobs.throughput import Window, latest_failures, throughput
from jobs.workers.queries import WorkerState, WorkerView, recent_workers
from web.alerts import alerts
from web.broker_watch import Broker
from web.queue_view import view_queues
from web.routes.overview_schemas import (
    AlertOut,
    AlertsOut,
    BrokerOut,
    FailureOut,
    OverviewOut,
    SpendSinceOut,
    StepOut,
    TaskTimesOut,
    ThroughputOut,
    WorkersSummary,
    models_of,
)

router = APIRouter(prefix="/api", tags=["overview"])

TASKS = 8  # in a list
FAILURES = 8

WindowParam = Annotated[Window, Query(description="How far back the numbers go.")]


@router.get("/overview", responses=problems(422))
def get_overview(broker: Broker, session: Read, window: WindowParam = Window.HOUR) -> OverviewOut:
    """All of it from the database, but for what the queues say of their messages."""
    now = clock.now()
    workers = recent_workers(session)
    alive = [view.worker for view in workers if view.state is WorkerState.ALIVE]
    return OverviewOut(
        open={state.value: count for state, count in open_jobs(session).items()},
        ever=bool(session.scalar(select(exists(select(Job.id))))),
        throughput=throughput_out(session, window, now),
        queues=view_queues(session, broker, workers=alive),
        broker=BrokerOut.model_validate(broker),
        workers=_summary(workers),
        spend=SpendSinceOut.model_validate(spend_since(session, _midnight(now))),
        tasks=models_of(TaskTimesOut, busiest_tasks(session, since=window.since(now), limit=TASKS)),
        failures=models_of(FailureOut, latest_failures(session, limit=FAILURES)),
    )


@router.get("/alerts")
def list_alerts(broker: Broker, session: Read) -> AlertsOut:
    """What needs somebody's care, the critical first; all of it on one page."""
    return AlertsOut(items=models_of(AlertOut, alerts(session, broker)), dead_letters=open_letters(session))


def throughput_out(session: Session, window: Window, now: datetime, queue: str | None = None) -> ThroughputOut:
    steps = throughput(session, window, now=now, queue=queue)
    return ThroughputOut(window=window, step_seconds=int(window.step.total_seconds()), steps=models_of(StepOut, steps))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time.min, now.tzinfo)


def _summary(workers: list[WorkerView]) -> WorkersSummary:
    alive = [view for view in workers if view.state is WorkerState.ALIVE]
    return WorkersSummary(
        alive=len(alive),
        slots=sum(view.worker.concurrency or 0 for view in alive),
        busy=sum(view.running for view in alive),
        lost=sum(view.state is WorkerState.LOST for view in workers),
    )
