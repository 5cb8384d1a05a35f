"""Announces every change of state whose event was lost or never sent, by looking at the rows that changed.

A row bears the time at which it was written and is seen when that is committed, which may be much later: its writer
waits for another lock, or its process is frozen. On SQLite, where one writes at a time, all that is committed later is
also newer than what was seen. On PostgreSQL everybody is told to reload when such a writer is through.
"""

import threading
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select

from core import clock
from core.db import reading
from jobs.models import Job
from jobs.workflows.models import Workflow
from web.stream.hub import RESET, Hub
from web.stream.late_writers import Writers, late_writers
from web.stream.ring import LiveEvent

log = structlog.get_logger(__name__)

OVERLAP = timedelta(seconds=5)  # a transaction may commit later than the time it wrote
TICK = timedelta(milliseconds=1)  # of SQLite's clock
LATE = OVERLAP / 2  # a writer of that age may outlast the overlap
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


def newest_change() -> datetime | None:
    with reading() as session:
        return session.scalar(select(func.max(Job.updated_at)))


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
        self._newest: datetime | None = None
        self._late: Writers = frozenset()

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
        """In this order: who is late is on record before the rows are read that it may change."""
        late, started, newest = late_writers(LATE), clock.now(), newest_change()
        if self._hub.has_subscribers:
            found = changes_since(self._reach(newest))
            if found is None or self._late - late:
                self._hub.publish([RESET])
            else:
                self._hub.publish([one for one in found if self._hub.told.news(one)])
        self._since, self._newest, self._late = started, newest, late

    def _reach(self, newest: datetime | None) -> datetime:
        """Further back than the overlap only when something new is there: else many changes would be told for ever."""
        overlap = self._since - OVERLAP
        if self._newest is None or newest == self._newest:
            return overlap
        return min(overlap, self._newest - TICK)
