"""An attempt's own ending, written whatever the database and the clock do meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from celery.exceptions import Ignore, Retry, SoftTimeLimitExceeded
from sqlalchemy.exc import DBAPIError

from core import clock
from core.patience import LONGEST_PAUSE, StillTroubled, until_through
from jobs import finish, spill
from jobs.checkpoints import ContinueLater
from jobs.claim import Claim, Superseded
from jobs.handlers import Handler
from jobs.progress import Cancelled
from jobs.states import ErrorKind, JobState
from worker.failures import failure_of, for_celery, kind_of, seconds_to_next_try

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    """What Celery is told when an attempt ended otherwise than well."""

    state: JobState
    raises: BaseException


def write_success(held: Claim, result: Any) -> None:
    """Nothing that the database does may turn it into a failure; while it is away, the main process is let in on it.

    Raises Ignore where the attempt no longer holds the job.
    """

    def write() -> None:
        finish.succeed(held.job_id, held.claim_id, result)

    try:
        to_the_end("success", partial(until_through, write, what="success", patience=0))
    except (StillTroubled, DBAPIError) as error:
        log.warning("the success waits for the database", error=str(error))
        to_the_end("success kept", partial(_at_best, spill.keep, held.claim_id, result))
        to_the_end("success", partial(_insist, write))
        to_the_end("success dropped", partial(_at_best, spill.drop, held.claim_id))


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


def write_ending(handler: Handler[Any], held: Claim, error: Exception) -> Ended:
    """Raises Ignore where the attempt no longer holds the job."""
    if isinstance(error, Cancelled):
        to_the_end("cancel", _patient(lambda: finish.end_cancelled(held.job_id, held.claim_id)))
        return Ended(JobState.CANCELLED, Ignore())
    if isinstance(error, ContinueLater):
        state, going_on = error.state, finish.continue_later
        return Ended(to_the_end("slice", _patient(lambda: going_on(held.job_id, held.claim_id, state))), Ignore())
    delay = seconds_to_next_try(handler, held.retries, error)
    if delay is None:
        failure = failure_of(error, kind_of(handler, error))
        to_the_end("failure", _patient(lambda: finish.fail(held.job_id, held.claim_id, failure)))
        return Ended(JobState.FAILED, for_celery(handler, error))
    due_at, failure = clock.now() + timedelta(seconds=delay), failure_of(error, ErrorKind.TRANSIENT)
    state = to_the_end("retry", _patient(lambda: finish.retry_later(held.job_id, held.claim_id, failure, due_at)))
    told = Retry(exc=for_celery(handler, error), when=due_at)
    return Ended(state, told if state is JobState.RETRYING else Ignore())


def _patient(write: Callable[[], T]) -> Callable[[], T]:
    return partial(until_through, write, what="an ending")


def to_the_end(what: str, write: Callable[[], T]) -> T:
    """A soft time limit that strikes meanwhile must not turn a success into a failure."""
    while True:
        try:
            return write()
        except SoftTimeLimitExceeded:
            log.warning("time limit struck while the ending was written; going on", what=what)
        except Superseded:
            log.warning("superseded: the ending was refused", what=what)
            raise Ignore from None
