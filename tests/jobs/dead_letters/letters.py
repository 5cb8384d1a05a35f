"""Dead letters as tests make and see them."""

from typing import Any

from sqlalchemy import select

from core.db import reading, writing
from jobs import finish
from jobs.again import order_like
from jobs.dead_letters.models import DeadLetter
from jobs.finish import Failure
from jobs.states import ErrorKind
from jobs.submit import submit_many
from tests.jobs.running import claimed
from tests.jobs_seen import job_of, submit_ping


def failure(kind: ErrorKind = ErrorKind.PERMANENT) -> Failure:
    return Failure(class_name="Broken", message="it broke", kind=kind)


def fail(job_id: str, kind: ErrorKind = ErrorKind.PERMANENT) -> str:
    """A worker takes the job, and it fails for good; answers its id."""
    finish.fail(job_id, claimed(job_id).claim_id, failure(kind))
    return job_id


def failed(kind: ErrorKind = ErrorKind.PERMANENT, **details: Any) -> str:
    return fail(submit_ping(**details), kind)


def succeed(job_id: str) -> None:
    finish.succeed(job_id, claimed(job_id).claim_id, "done")


def letter_of(letter_id: str) -> DeadLetter:
    with reading() as session:
        return session.get_one(DeadLetter, letter_id)


def letters() -> list[DeadLetter]:
    with reading() as session:
        return list(session.scalars(select(DeadLetter).order_by(DeadLetter.at)))


def set_letter(letter_id: str, **values: Any) -> None:
    """The row as time has left it."""
    with writing() as session:
        letter = session.get_one(DeadLetter, letter_id)
        for name, value in values.items():
            setattr(letter, name, value)


def retry_of(job_id: str) -> str:
    """A new job, as the button on a job's page makes one."""
    with writing() as session:
        return submit_many(session, [order_like(job_of(job_id), "olga")])[0].job_id
