"""A job whose message nobody can write ends as failed: another try would end the same, and the others must go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import error as StructError
from typing import Any

import structlog
from amqp import Message
from amqp.exceptions import FrameSyntaxError

from core.db import writing
from jobs.dispatch.message import Delivery, message_of
from jobs.finish import Failure, fail_queued
from jobs.models import Job
from jobs.payloads import RESOLVED_LIMIT
from jobs.states import ErrorKind, JobState

log = structlog.get_logger(__name__)

AROUND_PROPERTIES = 20  # bytes of the frame that carries them, and which cannot be split
# What is wrong with one row. A time limit that strikes just then, or a broker that goes, says nothing about it.
FAULTS = (StructError, FrameSyntaxError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


class Unwritable(Exception):
    """No message can carry what the job's row holds."""


@dataclass(frozen=True)
class Unsent:
    """One delivery that will never leave, and why."""

    job_id: str
    dispatch: int
    why: str


def sealed_message(delivery: Delivery, frame_max: int) -> Message:
    """One whose every part is written out before the first byte of it leaves: a connection on which half a message was
    written is worth nothing. Raises Unwritable."""
    try:
        message = message_of(delivery)
        properties = message._serialize_properties()
    except FAULTS as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from error
    if len(properties) > frame_max - AROUND_PROPERTIES:
        raise Unwritable(f"its headers are {len(properties):,} bytes, and a frame takes {frame_max:,}")
    if len(message.body) > RESOLVED_LIMIT:
        raise Unwritable(f"its body is {len(message.body):,} bytes; at most {RESOLVED_LIMIT:,} are taken")
    message._serialize_properties = lambda: properties  # once is enough
    return message


def end_unsent(unsent: Sequence[Unsent]) -> None:
    """Each alone. It has been put off like what no queue took, so a fault here holds up nobody else."""
    for one in unsent:
        with writing() as session:
            job = session.get(Job, one.job_id, with_for_update=True)
            if job is not None and _is_still_to_be_sent(job, one):
                log.error("no message can carry what the job's row holds", job_id=one.job_id, error=one.why)
                fail_queued(session, job, _error(one))


def _is_still_to_be_sent(job: Job, unsent: Unsent) -> bool:
    return (job.status, job.dispatch, job.published_at) == (JobState.QUEUED, unsent.dispatch, None)


def _error(unsent: Unsent) -> dict[str, Any]:
    message = f"Its message cannot be written, so no worker can be told of it: {unsent.why}"
    return Failure(class_name="Unwritable", message=message, kind=ErrorKind.PERMANENT).as_json()
