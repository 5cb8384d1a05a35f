"""What was to follow a job in Celery's canvas is on record as not run, however the job came to its end."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery import chain, chord, group, signature
from sqlalchemy import select

from core import clock
from core.db import reading, writing
from jobs import finish
from jobs.cancel import cancel
from jobs.expiry import end_expired
from jobs.finish import Failure
from jobs.models import Job
from jobs.states import ErrorKind
from tests.jobs.rows import statements
from tests.jobs.running import claimed, set_row
from tests.jobs_seen import job_of, state_of, states, submit_ping
from tests.nested import nested

FAILURE = Failure(class_name="Broken", message="no luck", kind=ErrorKind.PERMANENT)


def part(task_id: str, task: str = "ping") -> Any:
    return signature(task).set(task_id=task_id)


def followed_by(*parts: Any) -> str:
    """A job, the first of a chain; as Celery writes it down, the next one stands last."""
    job_id = submit_ping()
    set_row(job_id, canvas={"chain": json.loads(json.dumps(parts[::-1]))})
    return job_id


def jobs_beside(job_id: str) -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Job.id).where(Job.id != job_id)))


def cancelled_in_the_queue(job_id: str) -> None:
    with writing() as session:
        cancel(session, job_id, by="a test")


def cancelled_while_it_runs(job_id: str) -> None:
    finish.end_cancelled(job_id, claimed(job_id).claim_id)


def expired(job_id: str) -> None:
    set_row(job_id, expires_at=clock.now() - timedelta(seconds=1))
    end_expired()


def lost_with_its_workers(job_id: str) -> None:
    for _ in range(finish.LOST_LIMIT):
        finish.lose(job_id, claimed(job_id).claim_id, "killed")


def failed(job_id: str) -> None:
    finish.fail(job_id, claimed(job_id).claim_id, FAILURE)


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (cancelled_in_the_queue, "a part before it was cancelled"),
        (cancelled_while_it_runs, "a part before it was cancelled"),
        (expired, "a part before it was cancelled"),
        (lost_with_its_workers, "3 attempts ended with their worker, the last one: killed"),
        (failed, "no luck"),
    ],
)
def test_the_rest_of_a_chain_ends_with_the_part_that_did_not_succeed(
    database: str, end: Callable[[str], None], why: str
) -> None:
    """Who waits for the last of them by its id would wait for ever, and a chord around the chain would."""
    first = followed_by(part("second"), part("last"))

    end(first)

    for job_id in ("second", "last"):
        job = job_of(job_id)
        assert (job.state, job.attempt) == ("cancelled", 0)
        assert job.error == {"class_name": "NotRun", "message": f"It was not run: {why}", "kind": "permanent"}


def test_groups_chains_and_chords_in_the_rest_end_too_and_tasks_of_celery_do_not(database: str) -> None:
    both = group(part("a"), chain(part("b"), part("c")))
    first = followed_by(chord([part("d")], part("body")), both, part("e", "celery.backend_cleanup"), part("f", "what"))

    failed(first)

    assert jobs_beside(first) == {"body", "a", "b", "c"}


def test_a_part_that_is_there_already_stays_as_it_is(database: str) -> None:
    there = submit_ping()
    cancelled_in_the_queue(followed_by(part(there), part("last")))

    assert (state_of(there), state_of("last")) == ("queued", "cancelled")


def test_a_long_rest_ends_with_few_statements(database: str) -> None:
    """All other writers of SQLite wait meanwhile."""
    first = followed_by(*(part(f"part-{number}") for number in range(2_000)))
    claim_id = claimed(first).claim_id

    with statements() as told:
        finish.fail(first, claim_id, FAILURE)

    assert states() == {"failed": 1, "cancelled": 2_000}
    assert len(told) < 50


NO_PARTS = [
    pytest.param({"task": "ping", "options": {"task_id": "x" * 156}}, id="an id too long for its column"),
    pytest.param({"task": "ping", "options": {"task_id": ""}}, id="no id"),
    pytest.param({"task": "ping", "options": ["task_id"]}, id="options that are no object"),
    pytest.param({"subtask_type": "group", "kwargs": ["tasks"]}, id="arguments that are no object"),
    pytest.param({"subtask_type": "chord", "kwargs": "body"}, id="a chord of a text"),
    pytest.param(nested(200), id="lists of lists"),
    pytest.param(7, id="a number"),
]


@pytest.mark.parametrize("wrong", NO_PARTS)
def test_what_is_no_part_keeps_none_of_the_others(database: str, wrong: Any) -> None:
    first = followed_by(part("second"), wrong, part("last"))

    failed(first)

    assert jobs_beside(first) == {"second", "last"}


def test_nothing_is_said_to_be_not_run_while_it_may_be(database: str) -> None:
    first = followed_by(part("second"))

    finish.retry_later(first, claimed(first).claim_id, FAILURE, clock.now())
    set_row(first, state="queued")
    finish.give_back(first, claimed(first).claim_id)
    finish.succeed(first, claimed(first).claim_id, "done")

    assert jobs_beside(first) == set()
