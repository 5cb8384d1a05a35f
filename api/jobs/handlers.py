"""The code behind a contract, and the job as that code sees it."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, NoReturn, TypeVar

import structlog

from core.contracts import Contract, Payload
from core.log import presentable
from core.patience import until_through
from jobs import checkpoints, progress
from jobs.checkpoints import ContinueLater
from jobs.claim import Claim
from jobs.events import announce
from jobs.logs.capture import OWN_LOGGER
from jobs.logs.logbook import current
from jobs.logs.models import Level
from jobs.retry import RetryTable

process_log = structlog.get_logger(OWN_LOGGER)
P = TypeVar("P", bound=Payload)

LONGEST_SLICE = 900.0  # seconds; a broker's consumer timeout is 1,800 as a rule
REPORT_EVERY = 0.5  # seconds between two stored reports within one step


@dataclass(kw_only=True)
class RunningJob:
    """What a handler may know and do about the job it works for.

    `state` is what it wrote down last, in whichever slice or attempt; None when it never did.
    """

    id: str
    claim_id: str
    attempt: int
    retries: int
    project_id: str | None
    state: Any = None
    slices: int = 0
    slice_seconds: float = LONGEST_SLICE
    _begun: float = field(default_factory=time.monotonic, init=False)
    _step: str | None = field(default=None, init=False)
    _reported: float = field(default=0.0, init=False)

    @classmethod
    def of(cls, claim: Claim, *, slice_seconds: float = LONGEST_SLICE) -> "RunningJob":
        return cls(
            id=claim.job_id,
            claim_id=claim.claim_id,
            attempt=claim.attempt,
            retries=claim.retries,
            project_id=claim.project_id,
            state=claim.state,
            slices=claim.slices,
            slice_seconds=slice_seconds,
        )

    def checkpoint(self, state: Any = None) -> None:
        """To be called between pieces of work. A `state` is kept: the next slice or attempt finds it.

        Raises StateTooLarge, StateNotStorable; and Cancelled or Superseded, which the handler lets pass.
        """
        if state is None:
            until_through(lambda: progress.checkpoint(self.id, self.claim_id), what="checkpoint")
            return
        until_through(lambda: checkpoints.save(self.id, self.claim_id, state), what="checkpoint")
        self.state = state

    def slice_is_over(self) -> bool:
        """Time to `continue_later`: a broker takes back what one delivery holds for too long."""
        return time.monotonic() - self._begun >= self.slice_seconds

    def continue_later(self, state: Any) -> NoReturn:
        """Ends this slice; the job goes on from `state` in a delivery of its own, on any worker, in the same attempt.

        Raises StateTooLarge, StateNotStorable; else ContinueLater, which the handler lets pass.
        """
        checkpoints.size_of(state)
        raise ContinueLater(state)

    def step(self, name: str, *, done: int, total: int, message: str | None = None) -> None:
        """Says which step runs now (`done` of `total` are finished) and checks for cancel."""
        self.report(name, done=done, total=total, message=message)

    def report(self, step: str, *, done: int, total: int, message: str | None = None) -> None:
        """Progress within a step; stored at most every half second, announced always."""
        seen = {"step": step, "done": done, "total": total, "message": presentable(message) if message else None}
        new_step = step != self._step
        if new_step or time.monotonic() - self._reported > REPORT_EVERY:
            store = partial(progress.report, self.id, self.claim_id, self.attempt, seen, new_step=new_step)
            if new_step and (book := current.get()) is not None:
                book.hurry()
            until_through(store, what="progress")
            self._step, self._reported = step, time.monotonic()
        announce("job-progress", job_id=self.id, attempt=self.attempt, **seen)

    def log(self, message: str, *, level: Level = "info", **fields: Any) -> None:
        """A line for whoever looks at the job; `fields` are shown beside it. Secrets are hidden."""
        if (book := current.get()) is not None:
            book.add(level, "job", message, fields)
        process_log.log(logging.getLevelNamesMapping().get(level.upper(), logging.INFO), message, fields=fields)

    def key(self, step: str) -> str:
        """The idempotency key of an outside effect: the same in every attempt."""
        return f"{self.id}:{step}"


@dataclass(frozen=True, kw_only=True)
class Handler(Generic[P]):
    """`run` gets the job and its payload and returns the result, which must be JSON.

    `loads` names a module that takes long to load and that `run` itself loads by its name: a worker of the task's queue
    does it before it forks, so that no job waits for it and all children share it.
    """

    contract: Contract
    run: Callable[[RunningJob, P], Any]
    retry: RetryTable
    loads: str | None = None


def handles(
    contract: Contract, *, retry: Mapping[type[BaseException], Any] | None = None, loads: str | None = None
) -> Callable[[Callable[[RunningJob, P], Any]], Handler[P]]:
    """Binds code to a contract; `retry` maps exception classes to a Backoff, all others are permanent."""

    def bind(run: Callable[[RunningJob, P], Any]) -> Handler[P]:
        return Handler(contract=contract, run=run, retry=retry or {}, loads=loads)

    return bind
