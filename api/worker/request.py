"""A delivery as the worker's main process sees it: it carries the fence before the pool knows of it."""

from typing import Any

from billiard.exceptions import WorkerLostError
from celery.concurrency.base import BasePool
from celery.exceptions import Reject
from celery.worker import state as worker_state
from celery.worker.request import Request, task_ready

from core import ids
from core.log import presentable
from jobs.dispatch.message import CLAIM_HEADER
from worker import endings, incarnation
from worker.stopping import leave_at_once

WORKER_HEADER = "slipway_worker"
KILL = "KILL"
GONE = (WorkerLostError, SystemExit, KeyboardInterrupt)


def _kills(pool: Any) -> bool:
    """Threads and green threads cannot be killed. Prefork's way to do it is set on the pool, not on its class."""
    return getattr(pool.terminate_job, "__func__", None) is not BasePool.terminate_job


class JobRequest(Request):  # type: ignore[misc]  # Celery ships no types
    """Child and parent both know `claim_id`; whatever either writes later is fenced by it."""

    def __init__(self, message: Any, **options: Any) -> None:
        super().__init__(message, **options)
        self.claim_id = ids.new_id()
        self._request_dict[CLAIM_HEADER] = self.claim_id
        self._request_dict[WORKER_HEADER] = incarnation.current()
        self._expires = None  # Celery would drop it without a trace; a row that expires says so

    def send_event(self, type: str, **fields: Any) -> None:
        """Flower shows results, errors and tracebacks as they are sent, so what the log hides is hidden here too."""
        shown = {name: presentable(one) if isinstance(one, str) else one for name, one in fields.items()}
        super().send_event(type, **shown)

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> None:
        """A process that died is no failure of the job: a row write queues it again, and this message is done with.

        The broker's own redelivery is not used, so a lost process does not count against the delivery limit.
        """
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, Reject) and error.requeue:
            # A claim whose commit went through, but whose answer was lost, would leave a job that nobody runs.
            endings.given_back(self.id, self.claim_id)
        if return_ok or not isinstance(error, GONE) or self._already_revoked:
            super().on_failure(exc_info, send_failed_event, return_ok)
            return
        task_ready(self)
        self._process_is_gone(str(error) or type(error).__name__)

    def cancel(self, pool: Any, signal: Any = None, emit_retry: bool = True) -> None:
        """With SIGKILL, which nothing can ignore or put off: the job is free for others from here on."""
        if not _kills(pool):
            leave_at_once()
        super().cancel(pool, signal=KILL, emit_retry=emit_retry)

    def terminate(self, pool: Any, signal: Any = None) -> None:
        """Whatever signal was asked for, likewise; a job that shares this process is asked to stop."""
        if _kills(pool):
            super().terminate(pool, signal=KILL)
        else:
            endings.revoked(self.id)

    def _process_is_gone(self, why: str) -> None:
        if worker_state.should_terminate or self._already_cancelled:
            endings.given_back(self.id, self.claim_id)
        else:
            endings.lost(self.id, self.claim_id, why)
        self.acknowledge()
        self.send_event("task-retried", exception=f"WorkerLost({why!r})", traceback="")

    def _announce_cancelled(self, emit_retry: bool = True) -> None:
        """The worker stops, or its connection was lost: the job goes back to the queue."""
        endings.given_back(self.id, self.claim_id, killed=self.worker_pid)
        super()._announce_cancelled(emit_retry=False)
