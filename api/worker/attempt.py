"""One attempt, from the delivery to its ending: claim, run, write how it ended. Then Celery hears of it.

The ending is committed before Celery sends any callback, so an attempt that was superseded has no effect outside.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from celery.exceptions import Ignore, Reject, SoftTimeLimitExceeded

from core.log import hiding
from core.patience import StillTroubled, until_through
from core.settings import get_settings
from jobs.claim import Bid, Claim, NotClaimed, Superseded, WorkerDeclaredDead, claim
from jobs.dispatch.message import CLAIM_HEADER, DISPATCH_HEADER
from jobs.events import announce
from jobs.handlers import Handler, RunningJob
from jobs.logs.logbook import Logbook
from jobs.states import JobState
from worker.foreign import adopt
from worker.outcome import checked
from worker.own_ending import to_the_end, write_ending, write_success
from worker.request import WORKER_HEADER

log = structlog.get_logger(__name__)

GIVE_BACK_PAUSE = 2.0  # seconds: it comes back at once, and each time counts against the queue's delivery limit
SHARE_OF_LIMIT = 0.75  # of the soft time limit, that a slice may take
CLAIM_PATIENCE = 120.0  # seconds of database trouble before a delivery goes back; below the soft time limit


def run_attempt(handler: Handler[Any], request: Any, args: Any, kwargs: Mapping[str, Any]) -> Any:
    """Runs inside Celery's tracer. Returns the result, or raises what makes Celery do the right thing."""
    structlog.contextvars.bind_contextvars(job_id=request.id, task=handler.contract.name, worker=request.hostname)
    try:
        held = _claim(handler, request, args, kwargs)
        structlog.contextvars.bind_contextvars(attempt=held.attempt)
        with hiding(handler.contract.secrets_in(held.payload)):
            return _run(handler, held)
    finally:
        structlog.contextvars.clear_contextvars()


def _claim(handler: Handler[Any], request: Any, args: Any, kwargs: Mapping[str, Any]) -> Claim:
    """Raises Ignore (drop the message) or Reject (give it back to the queue)."""
    try:
        return until_through(lambda: claim(_bid(handler, request, args, kwargs)), what="claim", patience=CLAIM_PATIENCE)
    except NotClaimed as reason:
        log.info("delivery dropped", reason=str(reason))
        raise Ignore from None
    except (StillTroubled, SoftTimeLimitExceeded, WorkerDeclaredDead) as reason:
        log.warning("delivery given back", reason=repr(reason))
        time.sleep(GIVE_BACK_PAUSE)
        raise Reject(requeue=True) from None


def _bid(handler: Handler[Any], request: Any, args: Any, kwargs: Mapping[str, Any]) -> Bid:
    dispatch = getattr(request, DISPATCH_HEADER, None)
    if dispatch is None:
        dispatch = adopt(handler.contract, request, args, kwargs)
    return Bid(
        job_id=request.id,
        dispatch=dispatch,
        claim_id=getattr(request, CLAIM_HEADER),
        worker_id=getattr(request, WORKER_HEADER),
        worker=request.hostname,
    )


def _run(handler: Handler[Any], held: Claim) -> Any:
    try:
        _announce(handler, held, JobState.RUNNING)
        result = _work(handler, held)
    except Superseded:
        log.warning("superseded: this attempt no longer holds the job")
        raise Ignore from None
    except Exception as error:
        raise _ended(handler, held, error) from (None if handler.contract.has_secrets else error)
    return _succeed(handler, held, result)


def _work(handler: Handler[Any], held: Claim) -> Any:
    """What it logs is written before its ending is, so that whoever hears of the end finds all of it."""
    book = Logbook(held.job_id, held.attempt)
    try:
        with book.open():
            job = RunningJob.of(held, slice_seconds=_slice_seconds(handler))
            return checked(handler.run(job, handler.contract.parse(held.payload)))
    finally:
        _close(book)


def _slice_seconds(handler: Handler[Any]) -> float:
    """A slice is to end by itself before its soft time limit does it."""
    return min(get_settings().slice_seconds, handler.contract.soft_time_limit * SHARE_OF_LIMIT)


def _close(book: Logbook) -> None:
    """Nothing that goes wrong with its log makes a job that succeeded a failed one."""
    try:
        to_the_end("log lines", book.close)
    except Exception:
        log.exception("log lines could not be stored")


def _succeed(handler: Handler[Any], held: Claim, result: Any) -> Any:
    write_success(held, result)
    _announce_end(handler, held, JobState.SUCCEEDED)
    return result


def _ended(handler: Handler[Any], held: Claim, error: Exception) -> BaseException:
    """Writes how the attempt ended and answers what is raised to Celery."""
    ended = write_ending(handler, held, error)
    _announce_end(handler, held, ended.state)
    return ended.raises


def _announce_end(handler: Handler[Any], held: Claim, state: JobState) -> None:
    """The end is written, so a time limit that strikes here has nothing left to limit."""
    with suppress(SoftTimeLimitExceeded):
        _announce(handler, held, state)


def _announce(handler: Handler[Any], held: Claim, state: JobState) -> None:
    contract = handler.contract
    where = {"task": contract.name, "queue": contract.queue.value, "project_id": held.project_id}
    announce("job-state", job_id=held.job_id, state=state.value, attempt=held.attempt, **where)
