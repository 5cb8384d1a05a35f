"""What an error says about its attempt: whether the job is tried again, and what goes on record."""

import traceback
from collections.abc import Iterator
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from core.errors import AppError
from core.log import presentable
from jobs.finish import Failure
from jobs.handlers import Handler
from jobs.retry import FLOOR, delay_for
from jobs.states import ErrorKind


class OutOfMemory(AppError):
    """The job needed more memory than there was."""  # Celery would stop the whole worker for a MemoryError


class FailedOnSecrets(AppError):
    """A job that was given secrets failed; its error is told without them."""


class RetryAsked(Exception):
    """`task.retry()` was called: the job is to run again after `delay` seconds, unless it was tried again `tries` times
    already; None: however often that was."""

    def __init__(self, cause: BaseException | None, delay: float, tries: int | None) -> None:
        super().__init__(str(cause) if cause else f"asked to be tried again (max_retries: {tries})")
        self.cause, self.delay, self.tries = cause, delay, tries


def for_celery(handler: Handler[Any], error: Exception) -> Exception:
    """Celery writes it to its log and its events."""
    cause = _cause_of(error)
    if isinstance(cause, MemoryError):
        return OutOfMemory()
    if handler.contract.has_secrets:
        return FailedOnSecrets(f"{type(cause).__name__}: {presentable(str(cause))}")
    return cause if isinstance(cause, Exception) else error


def seconds_to_next_try(handler: Handler[Any], retries: int, error: Exception) -> float | None:
    """After `retries` tries again; None when there is no other. A time-out is not retried blindly."""
    if isinstance(error, RetryAsked):
        return max(FLOOR, error.delay) if error.tries is None or retries < error.tries else None
    if _timed_out(error):
        return None
    return delay_for(handler.retry, error, retries)


def kind_of(handler: Handler[Any], error: Exception) -> ErrorKind:
    """What was worth another try stays transient when the tries are used up: later it may go well."""
    return ErrorKind.TRANSIENT if isinstance(error, (RetryAsked, *handler.retry)) else ErrorKind.PERMANENT


def failure_of(error: BaseException, kind: ErrorKind) -> Failure:
    """What goes on record."""
    cause = _cause_of(error)
    return Failure(
        class_name=type(cause).__name__,
        message=str(cause),
        kind=ErrorKind.TIMEOUT if _timed_out(cause) else kind,
        traceback="".join(traceback.format_exception(cause)),
    )


def _cause_of(error: BaseException) -> BaseException:
    """Of a retry that was asked for, if it says one; of another error, itself."""
    return error.cause if isinstance(error, RetryAsked) and error.cause else error


def _timed_out(error: BaseException) -> bool:
    """Also where a library has made another error of the time limit: a retry table may name that one."""
    return any(isinstance(one, SoftTimeLimitExceeded) for one in _led_to(error))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
