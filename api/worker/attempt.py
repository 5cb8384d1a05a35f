"""One attempt, from the delivery to its ending: claim, run, write how it ended. Then Celery hears of it.

The ending is committed before Celery sends any callback, so an attempt that was superseded has no effect outside.
"""

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from celery.exceptions import Ignore, Reject, Retry, SoftTimeLimitExceeded
from sqlalchemy.exc import DBAPIError

from core import clock
from core.db import LONGEST_PAUSE, StillTroubled, until_through
from core.errors import AppError
from core.log import hiding, presentable
from core.settings import get_settings
from jobs import finish, spill
from jobs.checkpoints import ContinueLater
from jobs.claim import Bid, Claim, NotClaimed, Superseded, WorkerDeclaredDead, claim
from jobs.dispatch.message import CLAIM_HEADER, DISPATCH_HEADER
from jobs.events import announce
from jobs.finish import Failure
from jobs.handlers import Handler, RunningJob
from jobs.logs.logbook import Logbook
from jobs.progress import Cancelled
from jobs.retry import FLOOR, delay_for
from jobs.states import ErrorKind, JobState
from worker.foreign import adopt
from worker.outcome import checked
from worker.request import WORKER_HEADER

log = structlog.get_logger(__name__)
T = TypeVar("T")

GIVE_BACK_PAUSE = 2.0  # seconds: it comes back at once, and each time counts against the queue's delivery limit
SHARE_OF_LIMIT = 0.75  # of the soft time limit, that a slice may take
CLAIM_PATIENCE = 120.0  # seconds of database trouble before a delivery goes back; below the soft time limit


class OutOfMemory(AppError):
    """The job needed more memory than there was."""  # Celery would stop the whole worker for a MemoryError


class FailedOnSecrets(AppError):
    """A job that was given secrets failed; its error is told without them."""


class RetryAsked(Exception):
    """`task.retry()` was called: the job is to run again after `delay` seconds."""

    def __init__(self, cause: BaseException | None, delay: float) -> None:
        super().__init__(str(cause) if cause else "asked to retry")
        self.cause, self.delay = cause, delay


@dataclass(frozen=True)
class Ended:
    """What Celery is told when an attempt ended otherwise than well."""

    state: JobState
    raises: BaseException


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
        _write("log lines", book.close)
    except Exception:
        log.exception("log lines could not be stored")


def _succeed(handler: Handler[Any], held: Claim, result: Any) -> Any:
    _write_success(held, result)
    _announce_end(handler, held, JobState.SUCCEEDED)
    return result


def _write_success(held: Claim, result: Any) -> None:
    """Nothing that the database does may turn it into a failure; while it is away, the main process is let in on it."""

    def write() -> None:
        finish.succeed(held.job_id, held.claim_id, result)

    try:
        _write("success", partial(until_through, write, what="success", patience=0))
    except (StillTroubled, DBAPIError) as error:
        log.warning("the success waits for the database", error=str(error))
        _write("success kept", partial(_at_best, spill.keep, held.claim_id, result))
        _write("success", partial(_insist, write))
        _write("success dropped", partial(_at_best, spill.drop, held.claim_id))


def _at_best(step: Callable[..., None], *values: Any) -> None:
    """A disk that is full makes no failure of a success: what could not be kept is lost only if this process dies."""
    try:
        step(*values)
    except OSError:
        log.exception("a success could not be kept beside the database")


def _insist(write: Callable[[], None]) -> None:
    """Also against errors that are not known to pass by themselves."""
    while True:
        try:
            return until_through(write, what="success")
        except DBAPIError:
            log.exception("the success could not be stored, trying again")
            time.sleep(LONGEST_PAUSE)


def _ended(handler: Handler[Any], held: Claim, error: Exception) -> BaseException:
    """Writes how the attempt ended and answers what is raised to Celery."""
    ended = _write_ending(handler, held, error)
    _announce_end(handler, held, ended.state)
    return ended.raises


def _write_ending(handler: Handler[Any], held: Claim, error: Exception) -> Ended:
    if isinstance(error, Cancelled):
        _write("cancel", _patient(lambda: finish.end_cancelled(held.job_id, held.claim_id)))
        return Ended(JobState.CANCELLED, Ignore())
    if isinstance(error, ContinueLater):
        state, going_on = error.state, finish.continue_later
        return Ended(_write("slice", _patient(lambda: going_on(held.job_id, held.claim_id, state))), Ignore())
    delay = _delay(handler, held, error)
    if delay is None:
        failure = failure_of(error, _kind(handler, error))
        _write("failure", _patient(lambda: finish.fail(held.job_id, held.claim_id, failure)))
        return Ended(JobState.FAILED, _told(handler, error))
    due_at, failure = clock.now() + timedelta(seconds=delay), failure_of(error, ErrorKind.TRANSIENT)
    state = _write("retry", _patient(lambda: finish.retry_later(held.job_id, held.claim_id, failure, due_at)))
    told = Retry(exc=_told(handler, error), when=due_at)
    return Ended(state, told if state is JobState.RETRYING else Ignore())


def _told(handler: Handler[Any], error: Exception) -> Exception:
    """Celery writes it to its log and its events."""
    if isinstance(error, MemoryError):
        return OutOfMemory()
    if handler.contract.has_secrets:
        return FailedOnSecrets(f"{type(error).__name__}: {presentable(str(error))}")
    return error


def _delay(handler: Handler[Any], held: Claim, error: Exception) -> float | None:
    """Seconds until the next try; None when there is none. A time-out is not retried blindly."""
    if isinstance(error, RetryAsked):
        return max(FLOOR, error.delay)
    if _timed_out(error):
        return None
    return delay_for(handler.retry, error, held.retries)


def _kind(handler: Handler[Any], error: Exception) -> ErrorKind:
    """What was worth another try stays transient when the tries are used up: later it may go well."""
    return ErrorKind.TRANSIENT if isinstance(error, tuple(handler.retry)) else ErrorKind.PERMANENT


def failure_of(error: BaseException, kind: ErrorKind) -> Failure:
    cause = error.cause if isinstance(error, RetryAsked) and error.cause else error
    return Failure(
        class_name=type(cause).__name__,
        message=str(cause),
        kind=ErrorKind.TIMEOUT if _timed_out(cause) else kind,
        traceback="".join(traceback.format_exception(cause)),
    )


def _timed_out(error: BaseException) -> bool:
    """Also where a library has made another error of the time limit: a retry table may name that one."""
    return any(isinstance(one, SoftTimeLimitExceeded) for one in _led_to(error))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or error.__context__


def _patient(write: Callable[[], T]) -> Callable[[], T]:
    return partial(until_through, write, what="an ending")


def _write(what: str, write: Callable[[], T]) -> T:
    """A soft time limit that strikes meanwhile must not turn a success into a failure."""
    while True:
        try:
            return write()
        except SoftTimeLimitExceeded:
            log.warning("time limit struck while the ending was written; going on", what=what)
        except Superseded:
            log.warning("superseded: the ending was refused", what=what)
            raise Ignore from None


def _announce_end(handler: Handler[Any], held: Claim, state: JobState) -> None:
    """The end is written, so a time limit that strikes here has nothing left to limit."""
    with suppress(SoftTimeLimitExceeded):
        _announce(handler, held, state)


def _announce(handler: Handler[Any], held: Claim, state: JobState) -> None:
    contract = handler.contract
    where = {"task": contract.name, "queue": contract.queue.value, "project_id": held.project_id}
    announce("job-state", job_id=held.job_id, state=state.value, attempt=held.attempt, **where)
