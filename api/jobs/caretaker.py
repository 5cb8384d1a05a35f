"""The regular rounds that heal what a crash or a broker has left behind. Part of every dispatcher."""

import time
from datetime import timedelta

from amqp import Channel
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core import audit, clock
from core.db import by_index, reading
from jobs.broker import ready_messages
from jobs.dead_letters.redrive import BATCH, process_dlq
from jobs.dispatch.vanished import Vanished, redispatch, redispatch_overtaken
from jobs.duty import Duty
from jobs.expiry import end_expired
from jobs.models import PUBLISHED, Job
from jobs.queues.control import pause_what_is_drained
from jobs.retention import Clearing, clearings
from jobs.search.index import index_texts
from jobs.workers.liveness import anybody_silent, check_writable, reap
from jobs.workflows.orders import look_after_workflows


class Caretaker:
    """`tick` is cheap and is called all the time; each duty has its own pace."""

    REAP_EVERY = 3.0  # seconds
    LOOK_AFTER_EVERY = 1.0  # seconds between two looks for workflows with something left to do
    EXPIRE_EVERY = 1.0  # seconds
    LOOK_EVERY = 10.0  # seconds between two looks for vanished messages
    VANISHED_AFTER = 60.0  # seconds that a queue must be empty while published jobs wait for it
    REDRIVE_EVERY = 30.0  # seconds between two looks for what may be run again; each waits its five minutes
    CLEAR_EVERY = 3600.0  # seconds between two looks for what has been kept long enough
    DRAINED_EVERY = 2.0  # seconds between two looks whether a queue that is drained has run empty
    MOMENT = 4.0  # seconds: a worker that could not renew its row tries again every second
    RESULTS_EVERY = 60.0  # seconds between two looks for results that have expired
    TEXTS_EVERY = 1.0  # seconds between two looks for what the search does not know yet
    GRACE = 15.0  # seconds that workers get to renew their rows after they could not, or we could not look

    def __init__(self) -> None:
        self._next_look = 0.0
        self._empty_since: dict[str, float] = {}
        self._last_tick = time.time()
        self._silence_counts_from = time.time() + self.GRACE
        self._writable_since: float | None = None
        self._duties = [
            Duty("lost workers", self.REAP_EVERY, self._reap),
            Duty("dead letters", self.REDRIVE_EVERY, _redrive),
            Duty("drained queues", self.DRAINED_EVERY, pause_what_is_drained),
            Duty("workflows", self.LOOK_AFTER_EVERY, look_after_workflows),
            Duty("expired jobs", self.EXPIRE_EVERY, end_expired),
            Duty("audit log", self.CLEAR_EVERY, _clear_audit_log),
            Duty("texts for the search", self.TEXTS_EVERY, index_texts),
            *(Duty(one.what, self._pace(one), one.round) for one in clearings()),
        ]

    def _pace(self, clearing: Clearing) -> float:
        return self.RESULTS_EVERY if clearing.frequent else self.CLEAR_EVERY

    def tick(self) -> None:
        """Raises the database's errors; the next tick goes on."""
        self._notice_a_gap()
        for duty in self._duties:
            duty.when_due()

    def _notice_a_gap(self) -> None:
        """By the wall clock, since the monotonic one stands still while a machine sleeps."""
        now = time.time()
        if abs(now - self._last_tick) > self.GRACE:
            self._silence_counts_from = now + self.GRACE
        self._last_tick = now

    def _reap(self) -> bool:
        """After an outage every worker looks silent, and none may be taken for dead before it could renew its row."""
        try:
            reap(silence_counts=self._silence_counts())
        except DBAPIError:
            self._silence_counts_from, self._writable_since = time.time() + self.GRACE, None
            raise
        return False

    def _silence_counts(self) -> bool:
        """Not at first sight: while the database was locked nobody could write, and nobody noticed who did not try."""
        if time.time() < self._silence_counts_from or not anybody_silent():
            self._writable_since = None
            return False
        if self._writable_since is None:
            check_writable()
            self._writable_since = time.time()
        return time.time() - self._writable_since >= self.MOMENT

    def look_for_vanished(self, channel: Channel) -> int:
        """Re-dispatches jobs whose message is nowhere (queue purged, broker data lost); answers how many."""
        if time.monotonic() < self._next_look:
            return 0
        self._next_look = time.monotonic() + self.LOOK_EVERY
        waiting = self._queues_waited_for()
        self._empty_since = {queue: since for queue, since in self._empty_since.items() if queue in waiting}
        return sum(self._find_vanished(channel, queue) for queue in waiting)

    def _find_vanished(self, channel: Channel, queue: str) -> int:
        if not self._long_empty(channel, queue):
            return redispatch_overtaken(queue)
        self._empty_since.pop(queue, None)
        return redispatch(queue, Vanished(clock.now() - self._published_long_ago()))

    def _published_long_ago(self) -> timedelta:
        return timedelta(seconds=self.VANISHED_AFTER)

    def _queues_waited_for(self) -> set[str]:
        queues = by_index(select(Job.queue), Job, "ix_jobs_published").where(text(PUBLISHED))
        long_ago = Job.published_at < clock.now() - self._published_long_ago()
        with reading() as session:
            return set(session.scalars(queues.where(long_ago).distinct()))

    def _long_empty(self, channel: Channel, queue: str) -> bool:
        if ready_messages(channel, queue) > 0:
            self._empty_since.pop(queue, None)
            return False
        since = self._empty_since.setdefault(queue, time.monotonic())
        return time.monotonic() - since >= self.VANISHED_AFTER


def _clear_audit_log() -> bool:
    return audit.purge_expired() == audit.PURGE_BATCH


def _redrive() -> bool:
    return process_dlq() == BATCH
