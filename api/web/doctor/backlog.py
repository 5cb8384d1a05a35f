"""Jobs that should have been sent to the broker and are not."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core import clock
from core.db import reading
from jobs.models import TAKEN, UNPUBLISHED, Job
from web.doctor.finding import Finding, fine
from web.doctor.topology import unusable

STUCK_AFTER = timedelta(seconds=30)


def look() -> Iterator[Finding]:
    with reading() as session:
        stuck = stuck_queues(session)
    for queue, count in stuck.items():
        yield unusable(queue, f"it has refused {count} {'job' if count == 1 else 'jobs'} for more than half a minute")
    if not stuck:
        yield fine("jobs", "The broker takes every job that is sent to it.")


def stuck_queues(session: Session) -> dict[str, int]:
    """How many jobs each queue did not take. A dispatcher tries them every few seconds and marks each refusal; what a
    pause or a limit holds back is not tried."""
    refused = (text(UNPUBLISHED), text(TAKEN), Job.publisher.is_(None), Job.queued_at < clock.now() - STUCK_AFTER)
    counted = select(Job.queue, func.count()).where(*refused).group_by(Job.queue)
    return {queue: count for queue, count in session.execute(counted)}
