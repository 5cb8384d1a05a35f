"""How much ended and how: counted from the rows, over windows that are bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, select, text, values
from sqlalchemy.orm import Session

from core.columns import UtcDateTime
from jobs.models import ENDED, Job
from jobs.states import FINAL, JobState


class Window(StrEnum):
    """How far back a chart looks, and in steps of what length: 60 to 96 of them."""

    HOUR = "1h"
    SIX_HOURS = "6h"
    DAY = "24h"
    WEEK = "7d"

    @property
    def length(self) -> timedelta:
        return _SHAPES[self][0]

    @property
    def step(self) -> timedelta:
        return _SHAPES[self][1]

    def since(self, now: datetime) -> datetime:
        """The first step's beginning; the last step is the one that goes on."""
        step = self.step.total_seconds()
        last = now.timestamp() // step * step
        return datetime.fromtimestamp(last + step, UTC) - self.length


_SHAPES = {
    Window.HOUR: (timedelta(hours=1), timedelta(minutes=1)),
    Window.SIX_HOURS: (timedelta(hours=6), timedelta(minutes=5)),
    Window.DAY: (timedelta(days=1), timedelta(minutes=15)),
    Window.WEEK: (timedelta(days=7), timedelta(hours=2)),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What ended from `at` on, for as long as one step lasts."""

    at: datetime
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0


def throughput(session: Session, window: Window, *, now: datetime, queue: str | None = None) -> list[Step]:
    """Every step of the window, oldest first, those in which nothing ended too."""
    since = window.since(now)
    begins = [since + number * window.step for number in range(window.length // window.step)]
    counted = _counts([(begin, begin + window.step) for begin in begins], queue)
    found = {row.begins: row for row in session.execute(counted)}
    return [_step(at, found[at]) for at in begins]


def _step(at: datetime, row: Any) -> Step:
    return Step(at=at, succeeded=row.succeeded, failed=row.failed, cancelled=row.cancelled)


def _counts(steps: Sequence[tuple[datetime, datetime]], queue: str | None) -> Select[Any]:
    """A range of ix_jobs_ended for each step and state: six times as fast as working out the step of each row."""
    columns = (column("begins", UtcDateTime), column("ends", UtcDateTime))
    step = values(*columns, name="steps").data(steps).cte("steps")

    def counted(state: JobState) -> ColumnElement[int]:
        within = (Job.state == state, Job.ended_at >= step.c.begins, Job.ended_at < step.c.ends)
        found = select(func.count()).select_from(Job).where(*within)
        return (found if queue is None else found.where(Job.queue == queue)).scalar_subquery().label(state.value)

    return select(step.c.begins, *(counted(state) for state in sorted(FINAL)))


def ended_since(since: datetime, *states: JobState) -> tuple[ColumnElement[bool], ...]:
    """As ix_jobs_ended wants to be asked."""
    return (Job.state.in_(sorted(states or FINAL)), Job.ended_at >= since)


def latest_failures(session: Session, *, limit: int, queue: str | None = None) -> list[Any]:
    """Rows of what a list shows of a failed job, without its payload; newest first."""
    columns = (Job.id, Job.task, Job.queue, Job.project_id, Job.attempt, Job.error, Job.ended_at)
    found = select(*columns).where(Job.state == JobState.FAILED, text(ENDED))
    if queue is not None:
        found = found.where(Job.queue == queue)
    return list(session.execute(found.order_by(Job.ended_at.desc()).limit(limit)))
