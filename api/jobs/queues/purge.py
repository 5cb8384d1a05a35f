"""Emptying a queue on purpose: its waiting jobs are cancelled, and their messages dropped."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from core import clock
from core.db import by_index, reading, writing
from core.errors import Conflict, Invalid, Unavailable
from core.patience import until_through
from jobs.broker import connect, hang_up
from jobs.bulk import hints_of
from jobs.cancel import AlreadyEnded, cancel
from jobs.dispatch.vanished import Vanished, redispatch
from jobs.events import announce_many
from jobs.models import DELAYED, PUBLISHED, UNPUBLISHED, Job
from jobs.queues.control import check_queue

CHUNK = 50  # jobs in one transaction
BUDGET = 15.0  # seconds of one request; what is left then is left to the next
PATIENCE = 10.0  # seconds of database trouble
PURGED_WITHIN = 60.0  # seconds that a broker gets, which may have millions to throw away
LEEWAY = 10  # jobs that may have come or gone since they were counted, or a tenth of them
WAITING = {"ix_jobs_unpublished": UNPUBLISHED, "ix_jobs_published": PUBLISHED}
LATER = {"ix_jobs_due": DELAYED}


class NotConfirmed(Invalid):
    """`confirm` must be the queue's name."""


class CountChanged(Conflict):
    """Other jobs wait there now than were counted."""


class BrokerAway(Unavailable):
    """The broker does not answer, so nothing was purged: try again, or leave its messages where they are."""


@dataclass(frozen=True, kw_only=True)
class Purge:
    """`delayed`: the scheduled and retrying ones too. `messages`: what others have put into the broker's queue too."""

    queue: str
    confirm: str
    expected: int
    by: str
    reason: str | None = None
    delayed: bool = False
    messages: bool = False


@dataclass(frozen=True)
class Purged:
    """`left` is to be purged by another request; `messages` were taken from the broker."""

    cancelled: int
    left: int
    messages: int | None = None


def count_waiting(session: Session, queue: str, *, delayed: bool = False) -> int:
    """How many jobs a purge would cancel."""
    counts = (_rows(queue, *kind).with_only_columns(func.count()) for kind in _kinds(delayed))
    return sum(session.scalar(one) or 0 for one in counts)


def _kinds(delayed: bool) -> list[tuple[str, str]]:
    return [*WAITING.items(), *(LATER.items() if delayed else ())]


def _rows(queue: str, index: str, condition: str) -> Select[str]:
    return by_index(select(Job.id), Job, index).where(text(condition), Job.queue == queue)


def purge(wanted: Purge) -> Purged:
    """Running jobs go on, and so do those that were submitted since it began.

    Raises as check_queue does, NotConfirmed, CountChanged, BrokerAway.
    """
    _check(wanted)
    began = clock.now()
    messages = _purge_messages(wanted.queue) if wanted.messages else None
    deadline, cancelled = time.monotonic() + BUDGET, 0
    for kind in _kinds(wanted.delayed):
        some = partial(_cancel_some, wanted, kind, began)
        while time.monotonic() < deadline and (done := until_through(some, what="purge", patience=PATIENCE)):
            cancelled += done
    if messages is not None:
        redispatch(wanted.queue, Vanished(clock.now()))
    with reading() as session:
        return Purged(cancelled, count_waiting(session, wanted.queue, delayed=wanted.delayed), messages)


def _check(wanted: Purge) -> None:
    check_queue(wanted.queue)
    if wanted.confirm != wanted.queue:
        raise NotConfirmed(f"To purge {wanted.queue!r}, give its name as `confirm`; {wanted.confirm!r} is not it.")
    with reading() as session:
        waiting = count_waiting(session, wanted.queue, delayed=wanted.delayed)
    if abs(waiting - wanted.expected) > max(LEEWAY, wanted.expected // 10):
        raise CountChanged(f"{waiting:,} jobs wait in {wanted.queue!r} now, not {wanted.expected:,}: look again.")


def _cancel_some(wanted: Purge, kind: tuple[str, str], began: datetime) -> int:
    """Locked before they are cancelled: one that a worker claims in this moment runs on."""
    why = f"{wanted.by}, who purged {wanted.queue}{f' ({wanted.reason})' if wanted.reason else ''},"
    with writing(durable=True) as session:
        some = _rows(wanted.queue, *kind).where(Job.created_at <= began).limit(CHUNK)
        found = list(session.scalars(some.with_for_update(skip_locked=True)))
        for job_id in found:
            with suppress(AlreadyEnded):  # with its parent
                cancel(session, job_id, by=why)
        hints = hints_of(session, found)
    announce_many(hints)
    return len(found)


def _purge_messages(queue: str) -> int:
    """Raises BrokerAway."""
    try:
        connection = connect("purge", heartbeat=0, answers_within=PURGED_WITHIN)
        try:
            return int(connection.channel().queue_purge(queue) or 0)
        finally:
            hang_up(connection)
    except Exception as error:
        raise BrokerAway from error
