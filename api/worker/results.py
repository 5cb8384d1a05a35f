"""Celery's result backend on the jobs table, so that `AsyncResult(id).get()` reads the same row as everybody.

An attempt writes its own ending before it returns to Celery, so what arrives here from a pool child is known already.
What is new comes from a worker's main process: a hard time limit, a revoke, a connection that was lost.
"""

from datetime import UTC, datetime
from typing import Any

from celery import states
from celery.backends.base import BaseBackend
from celery.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celery.result import result_from_tuple

from core.db import reading, writing
from core.patience import until_through
from jobs import celery_groups
from jobs.dispatch.message import CLAIM_HEADER
from jobs.finish import Failure
from jobs.models import Attempt, Job
from jobs.states import ErrorKind, JobState
from worker import endings, unrun

TIMEOUTS = (TimeLimitExceeded, SoftTimeLimitExceeded)
READ_PATIENCE = 30.0  # seconds


class ResultExpired(Exception):
    """The job succeeded, but its result was not kept so long."""


class JobsBackend(BaseBackend):  # type: ignore[misc]  # Celery ships no types
    """Rows are read by their id, which is the task's; built-in tasks of Celery have none and stay PENDING."""

    persistent = True
    supports_autoexpire = True

    def store_result(
        self, task_id: str, result: Any, state: str, traceback: str | None = None, request: Any = None, **_: Any
    ) -> Any:
        """Overridden whole, since further in an exception has become a dictionary already."""
        claim_id = getattr(request, CLAIM_HEADER, None)
        if state == states.REVOKED:
            endings.revoked(task_id, claim_id)
        elif claim_id is not None and state == states.FAILURE:
            endings.failed(task_id, claim_id, failure_of(result, traceback))
        elif claim_id is None and state == states.FAILURE:
            unrun.record(task_id, getattr(request, "task", None), result)
        return result

    def chord_error_from_stack(self, callback: Any, exc: Any = None) -> Any:
        """Celery stores the failure of a chord's body without its task's name, which a row must have."""
        unrun.record_all(callback, exc)
        return super().chord_error_from_stack(callback, exc=exc)

    def _get_task_meta_for(self, task_id: str) -> dict[str, Any]:
        return until_through(lambda: _meta(task_id), what="reading a result", patience=READ_PATIENCE)

    def wait_for(self, task_id: str, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Raises ResultExpired, which must not pass for a result that is empty."""
        meta: dict[str, Any] = super().wait_for(task_id, *arguments, **options)
        if isinstance(meta["result"], ResultExpired):
            raise meta["result"]
        return meta

    def _forget(self, task_id: str) -> None:
        """History is kept by its own rules: forgetting a result deletes no job."""

    def cleanup(self) -> None:
        """Likewise."""

    def _save_group(self, group_id: str, result: Any) -> Any:
        with writing() as session:
            celery_groups.save_group(session, group_id, result.as_tuple())
        return result

    def _restore_group(self, group_id: str) -> dict[str, Any] | None:
        with reading() as session:
            saved = celery_groups.saved_group(session, group_id)
        return {"result": result_from_tuple(saved, self.app)} if saved is not None else None

    def _delete_group(self, group_id: str) -> None:
        with writing() as session:
            celery_groups.delete_group(session, group_id)


def failure_of(error: object, traceback: str | None) -> Failure:
    kind = ErrorKind.TIMEOUT if isinstance(error, TIMEOUTS) else ErrorKind.PERMANENT
    return Failure(class_name=type(error).__name__, message=str(error), kind=kind, traceback=traceback)


def _meta(task_id: str) -> dict[str, Any]:
    with reading() as session:
        job = session.get(Job, task_id)
        if job is None:
            return {"status": states.PENDING, "result": None, "traceback": None, "children": []}
        attempt = session.get(Attempt, (task_id, job.attempt))
        return {
            "task_id": task_id,
            "status": job.status.celery_name,
            "result": _celery_result(job),
            "traceback": attempt.traceback if attempt is not None else None,
            "children": [],
            "name": job.task,
            "worker": job.worker,
            "retries": job.retries,
            "date_done": (job.ended_at or datetime.now(UTC)).isoformat() if job.status.final else None,
        }


def _celery_result(job: Job) -> Any:
    """Celery wants an exception's parts where a job did not succeed."""
    if job.status is JobState.CANCELLED:
        why = job.error["message"] if job.error else "cancelled"
        return {"exc_type": "TaskRevokedError", "exc_message": [why], "exc_module": "celery.exceptions"}
    if job.status in {JobState.FAILED, JobState.RETRYING} and job.error:
        return {"exc_type": job.error["class_name"], "exc_message": [job.error["message"]], "exc_module": None}
    if job.result_expired_at is not None:
        return ResultExpired(
            f"The result has expired: it was deleted at {job.result_expired_at:%Y-%m-%d %H:%M:%S} UTC."
        )
    return job.result
