"""Announces every change of state whose event was lost or never sent, by looking at the rows that changed."""

import threading
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select

from core import clock
from core.db import reading
from jobs.models import Job
from jobs.workflows.models import Workflow
from web.stream.hub import RESET, Hub
from web.stream.ring import LiveEvent

log = structlog.get_logger(__name__)

OVERLAP = timedelta(seconds=5)  # a transaction may commit later than the time it wrote
MOST = 2_000  # rows; more than that in one look is a reason to reload


def changes_since(since: datetime) -> list[LiveEvent] | None:
    """The state of every job and workflow that changed since then; None when there are too many to tell one by one."""
    columns = (Job.id, Job.state, Job.task, Job.queue, Job.project_id, Job.attempt, Job.updated_at)
    changed = select(*columns).where(Job.updated_at > since).order_by(Job.updated_at).limit(MOST + 1)
    with reading() as session:
        rows = list(session.execute(changed))
        flows = list(session.scalars(select(Workflow).where(Workflow.updated_at > since).limit(MOST + 1)))
    if len(rows) > MOST or len(flows) > MOST:
        return None
    return [*(_hint(row) for row in rows), *(_workflow_hint(flow) for flow in flows)]


def _workflow_hint(flow: Workflow) -> LiveEvent:
    about = {name: getattr(flow, name) for name in ("name", "state", "project_id", "jobs", "ended", "failed")}
    return LiveEvent("workflow-state", {"workflow_id": flow.id, **about, "at": flow.updated_at.timestamp()})


def _hint(row: Any) -> LiveEvent:
    data = {"job_id": row.id, "state": row.state, "task": row.task, "queue": row.queue, "project_id": row.project_id}
    return LiveEvent("job-state", {**data, "attempt": row.attempt, "at": row.updated_at.timestamp()})


class Sweep(threading.Thread):
    """Looks once a second while anybody listens."""

    EVERY = 1.0  # seconds

    def __init__(self, hub: Hub) -> None:
        super().__init__(name="state-sweep", daemon=True)
        self._hub = hub
        self._stopping = threading.Event()
        self._since = clock.now()

    def stop(self, timeout: float = 3.0) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        while not self._stopping.wait(self.EVERY):
            try:
                self._look()
            except Exception as error:
                log.warning("sweep in trouble, going on", error=f"{type(error).__name__}: {error}")

    def _look(self) -> None:
        started = clock.now()
        if self._hub.has_subscribers:
            found = changes_since(self._since - OVERLAP)
            self._hub.publish([RESET] if found is None else [one for one in found if self._hub.told.news(one)])
        self._since = started
