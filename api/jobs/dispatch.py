"""From the table to the broker: take rows, publish them outside any transaction, mark them.

A dispatcher runs in every web process and in every worker's main process, so nothing depends on one of them. What a
dispatcher has taken is its own until a lease runs out; if it dies in between, the message may be published twice,
and the claim lets only one of them run.
"""

import os
import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, Select, and_, or_, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock, ids
from core.db import is_postgresql, is_trouble, reading, writing
from jobs.broker import TopologyMismatch
from jobs.caretaker import Caretaker
from jobs.message import Delivery
from jobs.models import DELAYED, UNPUBLISHED, Job
from jobs.publisher import Publisher
from jobs.states import JobState

log = structlog.get_logger(__name__)

BATCH = 500
LEASE = timedelta(seconds=30)  # longer than the publisher waits for confirms
REFUSED_PAUSE = timedelta(seconds=5)  # before a message that no queue took is tried again


def _free() -> ColumnElement[bool]:
    return or_(Job.publisher_until.is_(None), Job.publisher_until < clock.now())


def _unpublished() -> ColumnElement[bool]:
    return and_(text(UNPUBLISHED), _free())


def _due() -> ColumnElement[bool]:
    return and_(text(DELAYED), Job.due_at <= clock.now())


def _ready() -> tuple[Select[str], Select[str]]:
    """Two queries, each on an index of its own, oldest first."""
    unpublished = select(Job.id).where(_unpublished()).order_by(Job.created_at, Job.id)
    return unpublished, select(Job.id).where(_due()).order_by(Job.due_at)


def anything_ready() -> bool:
    """A cheap look that takes no lock."""
    with reading() as session:
        return any(session.scalar(query.limit(1)) is not None for query in _ready())


def take(batch: str, *, only: Sequence[str] | None = None) -> list[Delivery]:
    """Makes up to BATCH ready rows ours (all of `only`, when given) and answers what is to be published."""
    with writing() as session:
        found = _choose(session, only)
        return _take_rows(session, batch, found) if found else []


def _choose(session: Session, only: Sequence[str] | None) -> list[str]:
    queries = _ready() if only is None else (select(Job.id).where(Job.id.in_(only), _unpublished()),)
    found: list[str] = []
    for query in queries:
        if is_postgresql(session):
            query = query.with_for_update(skip_locked=True)
        found += session.scalars(query.limit(BATCH - len(found)))
    return found


def _take_rows(session: Session, batch: str, found: list[str]) -> list[Delivery]:
    now = clock.now()
    held = {"publisher": batch, "publisher_until": now + LEASE}
    due = update(Job).where(Job.id.in_(found), _due())
    session.execute(due.values(state=JobState.QUEUED, queued_at=now, updated_at=now, **held))
    session.execute(update(Job).where(Job.id.in_(found), _unpublished()).values(**held))
    columns = (Job.id, Job.task, Job.queue, Job.dispatch, Job.retries, Job.payload, Job.canvas)
    taken = session.execute(select(*columns).where(Job.publisher == batch).order_by(Job.created_at, Job.id))
    return [Delivery(*row) for row in taken]


def mark(batch: str, published: set[str], taken: Sequence[Delivery]) -> None:
    """A row that moved on meanwhile has another `publisher`, so a later dispatch is never marked by mistake."""
    refused = [one.job_id for one in taken if one.job_id not in published]
    ours = update(Job).where(Job.publisher == batch)
    with writing() as session:
        if refused:
            again = clock.now() + REFUSED_PAUSE
            session.execute(ours.where(Job.id.in_(refused)).values(publisher=None, publisher_until=again))
        session.execute(ours.values(published_at=clock.now(), publisher=None, publisher_until=None))


def release(batch: str) -> None:
    """Gives rows back that could not be published."""
    with writing() as session:
        session.execute(update(Job).where(Job.publisher == batch).values(publisher=None, publisher_until=None))


def dispatch_once(publisher: Publisher, *, only: Sequence[str] | None = None) -> int:
    """One round; answers how many rows it took. Raises the transport's and the database's errors."""
    publisher.open()
    batch = ids.new_id()
    taken = take(batch, only=only)
    if not taken:
        return 0
    try:
        published = publisher.publish(taken)
    except BaseException:
        release(batch)
        raise
    mark(batch, published, taken)
    return len(taken)


class _Courier:
    """Publishes on the spot for `delay()`; one a process, made anew after a fork."""

    QUIET_AFTER_FAILURE = 5.0  # seconds

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._publisher = Publisher("delay", heartbeat=0)
        self._quiet_until = 0.0

    def deliver(self, job_ids: Sequence[str]) -> None:
        with self._lock:
            if time.monotonic() < self._quiet_until:
                return
            try:
                dispatch_once(self._publisher, only=job_ids)
            except Exception as error:
                log.warning("left to the dispatcher", error=f"{type(error).__name__}: {error}", jobs=len(job_ids))
                self._publisher.close()
                self._quiet_until = time.monotonic() + self.QUIET_AFTER_FAILURE


_courier = _Courier()


def _forget_after_fork() -> None:
    global _courier
    _courier = _Courier()


os.register_at_fork(after_in_child=_forget_after_fork)


def publish_now(job_ids: Sequence[str]) -> None:
    """Saves the poll interval; never raises, because the rows are committed and a dispatcher will find them."""
    _courier.deliver(job_ids)


class Dispatcher(threading.Thread):
    """Runs rounds until it is stopped; `wake` ends its nap at once."""

    POLL = 0.5  # seconds
    LONGEST_PAUSE = 5.0  # seconds between two tries while the broker is away

    def __init__(self, name: str) -> None:
        super().__init__(name=f"dispatcher-{name}", daemon=True)
        self._publisher = Publisher(f"dispatcher {name}")
        self._caretaker = Caretaker()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._pause = self.POLL

    def wake(self) -> None:
        self._wake.set()

    def stop(self, timeout: float = 5.0) -> None:
        self._stopping.set()
        self._wake.set()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        while not self._stopping.is_set():
            if not self._round():
                self._wake.wait(self._pause)
                self._wake.clear()
        self._publisher.close()

    def _round(self) -> bool:
        """True when there may be more to do at once."""
        try:
            self._caretaker.tick()
            more = anything_ready() and dispatch_once(self._publisher) == BATCH
            self._caretaker.look_for_vanished(self._publisher.open())
            self._publisher.keep_alive()
        except Exception as error:
            self._on_trouble(error)
            return False
        self._pause = self.POLL
        return more

    def _on_trouble(self, error: Exception) -> None:
        """Rows stay in the table and are published when the broker and the database are back."""
        if isinstance(error, DBAPIError) and not is_trouble(error):
            log.exception("dispatch failed")
        elif isinstance(error, TopologyMismatch):
            log.error("dispatch is not possible", error=error.message)
        else:
            log.warning("dispatch waits", error=f"{type(error).__name__}: {error}", pause=self._pause)
        if not isinstance(error, DBAPIError):
            self._publisher.close()
        self._pause = min(self._pause * 2, self.LONGEST_PAUSE)
