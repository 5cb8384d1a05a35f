"""From a submit straight to the dispatcher of the same process: a job that nothing holds back is born taken.

A dispatcher would take its row in the next round anyway. Inserted as taken, nobody needs to look
for it: the dispatcher is handed what it is to publish. The row comes first as ever, and should this process die, its
lease runs out and any dispatcher takes it. What is not that plain, or comes while the dispatcher is behind or cannot
reach the broker, waits in the table.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core import clock, ids
from jobs.dispatch.bell import HANDED, Bell
from jobs.dispatch.crowd import Crowd
from jobs.dispatch.gates import Lane, free_lanes
from jobs.dispatch.marks import Marks
from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import BATCH, LEASE, given_back, mark, release
from jobs.dispatch.unwritable import end_unsent
from jobs.states import JobState

PROMPT = 1.5  # seconds within which a dispatcher takes what it is handed, although it rests, unless it stands still
FRESH = 5.0  # seconds from being taken until it is published: with the wait for confirms it is well within the lease


@dataclass(frozen=True)
class TakenBatch:
    """Rows that are taken under the name of `batch`; `since` is by the monotonic clock."""

    batch: str
    deliveries: Sequence[Delivery]
    since: float

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.since < FRESH


class Hold:
    """What one transaction takes of the jobs that it makes; nothing of more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken: TakenBatch | None = None

    def take(self, rows: Sequence[dict[str, Any]]) -> None:
        """Of new rows that are about to be inserted, those that any dispatcher would publish at once. What is shut from
        now on comes too late for them, as if they had been published already. Raises DBAPIError."""
        ready = [row for row in rows if row["state"] is JobState.QUEUED]
        if not ready or len(ready) > self._most:
            return
        free = free_lanes({_lane(row) for row in ready})
        batch, since, until = ids.new_id(), time.monotonic(), clock.now() + LEASE
        ours = [row for row in ready if _lane(row) in free]
        for row in ours:
            row |= {"publisher": batch, "publisher_until": until}
        self.taken = TakenBatch(batch, [_delivery(row) for row in ours], since) if ours else None


def _lane(row: dict[str, Any]) -> Lane:
    return row["queue"], row["task"]


def _delivery(row: dict[str, Any]) -> Delivery:
    return Delivery(
        job_id=row["id"],
        task=row["task"],
        queue=row["queue"],
        dispatch=row["dispatch"],
        retries=row["retries"],
        payload=row["payload"],
        canvas=row["canvas"],
    )


class Handover:
    """Between threads that make jobs and the one that publishes them, which says whether it keeps up."""

    def __init__(self, bell: Bell) -> None:
        self.crowd = Crowd()
        self._bell = bell
        self._lock = threading.Lock()
        self._waiting: list[TakenBatch] = []
        self._keeps_up = False

    @property
    def room(self) -> int:
        """For how many rows. What waits in the table must not be overtaken for long, nor memory fill; and a dispatcher
        that stands still, waiting for the broker or the database, gets no more of what others could publish."""
        with self._lock:
            stands_still = self._waiting and time.monotonic() - self._waiting[0].since > PROMPT
            waiting = sum(len(taken.deliveries) for taken in self._waiting)
            return BATCH - waiting if self._keeps_up and not stands_still else 0

    def put(self, taken: TakenBatch) -> None:
        """Once they are committed."""
        with self._lock:
            self._waiting.append(taken)
        self._bell.ring(HANDED)

    def take(self) -> list[TakenBatch]:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting

    def keep_up(self, keeps_up: bool) -> None:
        with self._lock:
            self._keeps_up = keeps_up


def publish_handed(publisher: Publisher, handed: Sequence[TakenBatch], marks: Marks) -> None:
    """What waited for too long, and what could not be published, is in the table for everybody.

    Raises the transport's and the database's errors.
    """
    with given_back(publisher, *(taken.batch for taken in handed), sent=False):
        publisher.open()
    fresh = [taken for taken in handed if taken.is_fresh]
    try:
        _publish(publisher, fresh, marks)
    finally:
        release(*(taken.batch for taken in handed if taken not in fresh))


def _publish(publisher: Publisher, fresh: Sequence[TakenBatch], marks: Marks) -> None:
    with given_back(publisher, *(taken.batch for taken in fresh), sent=True):
        published = publisher.publish([one for taken in fresh for one in taken.deliveries]) if fresh else set()
    for taken in fresh:
        if published.issuperset(one.job_id for one in taken.deliveries):
            marks.add(taken.batch, taken.since)
        else:
            mark(taken.batch, published, taken.deliveries)
    end_unsent(publisher.unsent if fresh else ())
