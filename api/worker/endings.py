"""How a worker's main process ends what its children cannot: written by its patient thread, fenced by the claim."""

from collections.abc import Callable
from contextlib import suppress

from core.db import writing
from jobs import finish, spill
from jobs.cancel import AlreadyEnded, UnknownJob, cancel
from jobs.claim import Superseded
from jobs.finish import Failure
from worker.children import wait_until_gone
from worker.recorder import record


def failed(job_id: str, claim_id: str, failure: Failure) -> None:
    _record("failed", job_id, claim_id, lambda: finish.fail(job_id, claim_id, failure))


def given_back(job_id: str, claim_id: str, *, killed: int | None = None) -> None:
    """Once the process `killed` is gone, if one ran it: nobody may take the job up while it is dying."""

    def give_back() -> None:
        if killed is not None:
            wait_until_gone(killed)
        finish.give_back(job_id, claim_id)

    record("given back", lambda: _success_first(job_id, claim_id, give_back))


def lost(job_id: str, claim_id: str, why: str) -> None:
    _record("lost", job_id, claim_id, lambda: finish.lose(job_id, claim_id, why))


def revoked(job_id: str, claim_id: str | None = None) -> None:
    """By `revoke` on the command line or in Flower. `claim_id` is of the delivery whose process was killed before; what
    runs under another claim is asked to stop, as by any cancel."""
    record("revoked", lambda: _cancel(job_id, claim_id), ends=job_id)


def _cancel(job_id: str, claim_id: str | None) -> None:
    with suppress(UnknownJob, AlreadyEnded), writing() as session:
        cancel(session, job_id, by="revoke")
    if claim_id is not None:
        finish.end_cancelled(job_id, claim_id)


def _record(what: str, job_id: str, claim_id: str, otherwise: Callable[[], object]) -> None:
    record(what, lambda: _success_first(job_id, claim_id, otherwise), ends=job_id)


def _success_first(job_id: str, claim_id: str, otherwise: Callable[[], object]) -> None:
    """Work that was done stays done, whatever happened to the process that did it."""
    kept = spill.kept(claim_id)
    if kept is None:
        otherwise()
        return
    try:
        finish.succeed(job_id, claim_id, kept.result)
    except Superseded:
        spill.drop(claim_id)
        raise
    spill.drop(claim_id)
