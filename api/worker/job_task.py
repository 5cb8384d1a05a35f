"""Our tasks as Celery sees them: `delay()` writes a row first, a run is an attempt, a retry is a row write."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn

from celery import Task, current_task, group
from celery.exceptions import Retry
from celery.result import AsyncResult
from celery.utils.abstract import CallableSignature

from core import clock
from core.db import writing
from jobs.canvas import canvas_of
from jobs.dispatch.courier import publish_now
from jobs.dispatch.message import CLAIM_HEADER
from jobs.handlers import Handler
from jobs.orders import Order
from jobs.retry import FLOOR
from jobs.submit import Submitted, submit_many
from worker.attempt import run_attempt
from worker.celery_app import app
from worker.failures import RetryAsked
from worker.request import JobRequest


class NotAJob(TypeError):
    """The task was called as a function, within another one or outside of any worker."""


class JobTask(Task):  # type: ignore[misc]  # Celery ships no types
    """One a handler; made by `task_of`."""

    abstract = True
    Request = JobRequest
    handler: Handler[Any]
    acks_late = True
    acks_on_failure_or_timeout = True
    ignore_result = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not hasattr(self.request, CLAIM_HEADER):
            raise NotAJob(f"{self.name} runs as a job, not as a function: use delay() or apply_async().")
        return run_attempt(self.handler, self.request, args, kwargs)

    def run(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError("a job runs through its attempt")

    def map(self, it: Iterable[Any]) -> Any:
        """A group: Celery would make all calls within one task, of which there is no row."""
        return self.starmap((one,) for one in it)

    def starmap(self, it: Iterable[Iterable[Any]]) -> Any:
        """Likewise."""
        return group(self.s(*arguments) for arguments in it)

    def chunks(self, it: Iterable[Any], n: int) -> NoReturn:
        """Raises NotAJob."""
        raise NotAJob("Every call is a job of its own, so nothing is gained by chunks: use starmap, or a group.")

    def apply_async(
        self,
        args: Any = None,
        kwargs: Any = None,
        task_id: str | None = None,
        countdown: float | None = None,
        eta: datetime | str | None = None,
        expires: float | datetime | str | None = None,
        link: Any = None,
        link_error: Any = None,
        **options: Any,
    ) -> AsyncResult:
        """Commits the row, then publishes; a broker that is away delays the job and loses nothing. `expires` is kept in
        the row: a job that was not begun by then ends as cancelled.

        Raises InvalidPayload, PayloadTooLarge, CanvasNotStorable.
        """
        contract = self.handler.contract
        order = Order(
            contract=contract,
            payload=contract.parse(contract.bind(args or (), kwargs or {})),
            job_id=task_id,
            due_at=_due_at(countdown, eta),
            expires_at=clock.moment_of(expires),
            canvas=_canvas(options, link, link_error),
            parent_id=options.get("parent_id") or _parent_id(),
            idempotency_key=options.get("idempotency_key"),
        )
        return self.AsyncResult(_submit(order).job_id)

    def retry(
        self,
        args: Any = None,
        kwargs: Any = None,
        exc: Any = None,
        throw: bool = True,
        eta: datetime | str | None = None,
        countdown: float | None = None,
        max_retries: int | None = None,
        **options: Any,
    ) -> Retry:
        """Ends the attempt by asking for another one after `countdown` seconds or at `eta`, with the same payload.

        The job fails when it was tried again `max_retries` times before, three unless somebody says otherwise.
        """
        due_at = _due_at(countdown, eta)
        delay = (due_at - clock.now()).total_seconds() if due_at else FLOOR
        raise RetryAsked(exc, delay, self.max_retries if max_retries is None else max_retries)


def _due_at(countdown: float | None, eta: datetime | str | None) -> datetime | None:
    return clock.moment_of(eta if countdown is None else countdown)


def _parent_id() -> str | None:
    """A job submitted by a running job is its child, and is cancelled with it."""
    request = getattr(current_task, "request", None)
    return request.id if request is not None and not request.called_directly else None


def _canvas(options: dict[str, Any], link: Any, link_error: Any) -> dict[str, Any] | None:
    """What Celery's canvas must find in the message again, whichever dispatch it is."""
    return canvas_of({**options, "callbacks": _listed(link), "errbacks": _listed(link_error)}, None)


def _listed(signatures: Any) -> list[Any] | None:
    if not signatures:
        return None
    return [signatures] if isinstance(signatures, CallableSignature) else list(signatures)


def _submit(order: Order) -> Submitted:
    with writing(durable=True) as session:
        submitted = submit_many(session, [order])[0]
    if submitted.created:
        publish_now([submitted.job_id])
    return submitted


def task_of(handler: Handler[Any]) -> JobTask:
    """Registers a handler with Celery under its contract's name."""
    contract = handler.contract
    limits = {"soft_time_limit": contract.soft_time_limit, "time_limit": contract.time_limit}
    if contract.has_secret_result:
        limits["resultrepr_maxsize"] = 0  # Celery would write the result to its log and its events
    attributes = {"name": contract.name, "handler": handler, "__doc__": handler.run.__doc__, **limits}
    made: JobTask = app.register_task(type(contract.name, (JobTask,), attributes)())
    return made
