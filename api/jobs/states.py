"""The states of a job and the only ways between them; filters, panel and tests are made from this table."""

from enum import StrEnum


class JobState(StrEnum):
    WAITING = "waiting"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    WAITING_APPROVAL = "waiting_approval"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return not EDGES[self]

    @property
    def celery_name(self) -> str:
        return CELERY_NAMES[self]


EDGES: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.QUEUED, JobState.CANCELLED, JobState.FAILED}),
    JobState.SCHEDULED: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.RETRYING, JobState.CANCELLED, JobState.FAILED}),
    JobState.RUNNING: frozenset(
        {
            JobState.SUCCEEDED,
            JobState.FAILED,
            JobState.CANCELLED,
            JobState.RETRYING,
            JobState.QUEUED,
            JobState.WAITING_APPROVAL,
        }
    ),
    JobState.RETRYING: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.WAITING_APPROVAL: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.SUCCEEDED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}

FINAL = frozenset(state for state, onward in EDGES.items() if not onward)
OPEN = frozenset(EDGES) - FINAL
AT_REST = OPEN - {JobState.RUNNING}  # nobody works on it: a cancel ends it at once

CELERY_NAMES = {
    JobState.WAITING: "PENDING",
    JobState.SCHEDULED: "PENDING",
    JobState.QUEUED: "PENDING",
    JobState.RUNNING: "STARTED",
    JobState.RETRYING: "RETRY",
    JobState.WAITING_APPROVAL: "PENDING",
    JobState.SUCCEEDED: "SUCCESS",
    JobState.FAILED: "FAILURE",
    JobState.CANCELLED: "REVOKED",
}


class Outcome(StrEnum):
    """How one attempt ended; `lost` and `given_back` say that the worker went away, not that the job failed."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRIED = "retried"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    LOST = "lost"
    GIVEN_BACK = "given_back"


class ErrorKind(StrEnum):
    """Why a job failed: decides whether anybody may try again."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    POISON = "poison"
    INVALID = "invalid"
