"""Submitting: what was accepted is a row, once for each idempotency key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from pydantic import JsonValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.contracts import Contract, InvalidPayload, Payload
from core.db import reading, writing
from core.queues import Queue
from core.text import DEEPEST
from jobs.canvas import CANVAS_LIMIT, CanvasNotStorable
from jobs.dispatch.message import body_of
from jobs.dispatch.rounds import take
from jobs.models import Job, JobNote
from jobs.notes import note
from jobs.orders import Order
from jobs.payloads import PAYLOAD_LIMIT, RESOLVED_LIMIT, PayloadTooLarge
from jobs.states import JobState
from jobs.submit import KeyReused, Submitted, submit, submit_many
from tests.jobs.running import at_once
from tests.jobs_seen import job_of, submit_ping
from tests.nested import nested
from workloads.operations.contracts import PING, Ping


class Letter(Payload):
    project_id: str
    text: str


LETTER = Contract(name="letter", queue=Queue.NORMAL, payload=Letter)


def submitted(contract: Contract = PING, payload: object = None, **details: Any) -> Submitted:
    with writing() as session:
        return submit(session, contract, payload or {}, **details)


def count_of_jobs() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_a_job_is_queued_at_once_and_published_by_nobody_yet(database: str) -> None:
    job = job_of(submit_ping(value=7))

    assert (job.state, job.task, job.queue, job.payload["value"]) == ("queued", "ping", "default", 7)
    assert (job.dispatch, job.attempt, job.lost, job.retries) == (1, 0, 0, 0)
    assert (job.published_at, job.publisher, job.ended_at) == (None, None, None)


def test_a_job_that_is_due_later_is_scheduled(database: str) -> None:
    due_at = datetime.now(UTC) + timedelta(hours=1)

    job = job_of(submit_ping(due_at=due_at))

    assert (job.state, job.due_at, job.queued_at) == (JobState.SCHEDULED, due_at, None)


def test_a_job_that_was_due_before_is_queued(sqlite_database: str) -> None:
    job = job_of(submit_ping(due_at=datetime.now(UTC) - timedelta(seconds=1)))

    assert (job.state, job.due_at) == (JobState.QUEUED, None)


def test_a_payload_that_does_not_fit_makes_no_row(sqlite_database: str) -> None:
    with pytest.raises(InvalidPayload):
        submitted(payload={"fail_times": "often"})

    assert count_of_jobs() == 0


def test_the_same_key_and_payload_lead_to_the_same_job(database: str) -> None:
    first = submitted(payload={"value": 1}, idempotency_key="k")
    again = submitted(payload={"value": 1}, idempotency_key="k")

    assert (first.created, again.created) == (True, False)
    assert again.job_id == first.job_id
    assert count_of_jobs() == 1


def test_the_answer_tells_the_state_that_the_earlier_job_is_in(sqlite_database: str) -> None:
    first = submitted(idempotency_key="k", due_at=datetime.now(UTC) + timedelta(hours=1))

    assert submitted(idempotency_key="k") == Submitted(first.job_id, JobState.SCHEDULED, created=False)


def test_the_same_key_with_another_payload_is_refused(database: str) -> None:
    submitted(payload={"value": 1}, idempotency_key="k")

    with pytest.raises(KeyReused, match="'k' was used before"):
        submitted(payload={"value": 2}, idempotency_key="k")


def test_fields_in_another_order_are_the_same_payload(database: str) -> None:
    first = submitted(payload={"value": {"a": 1, "b": 2}}, idempotency_key="k")

    assert submitted(payload={"value": {"b": 2, "a": 1}}, idempotency_key="k").job_id == first.job_id


def test_a_key_counts_for_one_task_and_one_project(sqlite_database: str) -> None:
    made = [
        submitted(idempotency_key="k"),
        submitted(idempotency_key="k", project_id="one"),
        submitted(idempotency_key="k", project_id="two"),
        submitted(LETTER, {"project_id": "one", "text": "hello"}, idempotency_key="k"),
    ]

    assert len({one.job_id for one in made}) == 4


def test_a_key_used_twice_in_one_batch_makes_one_job(database: str) -> None:
    twice = [Order(contract=PING, payload=Ping(), idempotency_key="k") for _ in range(2)]

    with writing() as session:
        made = submit_many(session, twice)

    assert [one.created for one in made] == [True, False]
    assert made[0].job_id == made[1].job_id


def test_a_key_that_is_taken_leaves_the_callers_transaction_whole(database: str) -> None:
    first = submitted(idempotency_key="k")

    with writing() as session:
        again = submit(session, PING, {}, idempotency_key="k")
        note(session, first.job_id, "step", message="still working")

    assert not again.created
    with reading() as session:
        assert session.scalar(select(JobNote.message)) == "still working"


def test_many_callers_with_one_key_at_once_get_one_job(database: str) -> None:
    made = at_once(lambda _: submitted(idempotency_key="k"), 8)

    assert len({one.job_id for one in made}) == 1
    assert sum(one.created for one in made) == 1


def test_a_batch_is_made_whole_or_not_at_all(database: str) -> None:
    submitted(payload={"value": 1}, idempotency_key="k")
    orders = [Order(contract=PING, payload=Ping()), Order(contract=PING, payload=Ping(value=2), idempotency_key="k")]

    with pytest.raises(KeyReused), writing() as session:
        submit_many(session, orders)

    assert count_of_jobs() == 1


def test_a_large_batch_is_answered_in_its_order(database: str) -> None:
    orders = [
        Order(contract=PING, payload=Ping(value=n), idempotency_key=f"k{n}" if n % 2 else None) for n in range(1_200)
    ]

    with writing() as session:
        made = submit_many(session, orders)

    with reading() as session:
        value_of = {job.id: job.payload["value"] for job in session.scalars(select(Job))}
    assert [value_of[one.job_id] for one in made] == list(range(1_200))


def test_a_payload_over_the_limit_is_refused_with_its_size(sqlite_database: str) -> None:
    with pytest.raises(PayloadTooLarge, match=f"at most {PAYLOAD_LIMIT:,}") as refused:
        submitted(payload={"value": "x" * PAYLOAD_LIMIT})

    assert refused.value.status == 413


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(2**70, id="a number beyond 64 bits"),
        pytest.param("\ud800", id="half a surrogate pair"),
        pytest.param({"deep": ["a\x00b"]}, id="a NUL character"),
        pytest.param({"a\x00b": 1}, id="a NUL character in a name"),
        pytest.param(float("nan"), id="NaN"),
        pytest.param({"deep": [float("-inf")]}, id="an infinity"),
        pytest.param(nested(DEEPEST), id="lists in lists, too deep to be written again"),
    ],
)
def test_what_no_database_could_store_is_refused_as_a_payload(database: str, value: JsonValue) -> None:
    with pytest.raises(InvalidPayload):
        submitted(payload={"value": value})


@pytest.mark.parametrize(
    "argument",
    [
        pytest.param(nested(DEEPEST), id="lists in lists, too deep to be published"),
        pytest.param("a\x00b", id="a NUL character"),
        pytest.param(float("nan"), id="NaN"),
        pytest.param(object(), id="no JSON"),
        pytest.param("x" * RESOLVED_LIMIT, id="more than a message may carry"),
    ],
)
def test_a_job_whose_canvas_could_not_be_stored_or_published_is_refused(database: str, argument: object) -> None:
    with pytest.raises(CanvasNotStorable, match="Celery's canvas"):
        submitted(canvas={"callbacks": [{"task": "ping", "args": [argument]}]})

    assert count_of_jobs() == 0


def test_the_largest_canvas_that_is_taken_fits_into_a_message(sqlite_database: str) -> None:
    def with_text(size: int) -> dict[str, Any]:
        return {"chain": [{"task": "ping", "args": ["x" * size]}]}

    around = len(orjson.dumps(with_text(0)))
    made = submitted(canvas=with_text(CANVAS_LIMIT - around))
    with pytest.raises(CanvasNotStorable, match="at most"):
        submitted(canvas=with_text(CANVAS_LIMIT - around + 1))

    [delivery] = take("a batch")
    assert delivery.job_id == made.job_id
    assert len(body_of(delivery)) <= RESOLVED_LIMIT


def test_text_that_only_looks_like_an_escaped_nul_is_stored(sqlite_database: str) -> None:
    value = r"a \u0000 in a regular expression"

    assert job_of(submit_ping(value=value)).payload["value"] == value


def test_what_is_too_large_is_moved_out_in_the_same_transaction(sqlite_database: str) -> None:
    def move_out(session: Session, job_id: str, payload: Any) -> Letter:
        assert session.in_transaction()
        moved.append((job_id, payload.text))
        return Letter(project_id=payload.project_id, text="elsewhere")

    moved: list[tuple[str, str]] = []
    contract = Contract(name="letter", queue=Queue.NORMAL, payload=Letter, externalize=move_out)
    text = "x" * 2 * PAYLOAD_LIMIT

    made = submitted(contract, {"project_id": "p", "text": text})

    assert moved == [(made.job_id, text)]
    assert job_of(made.job_id).payload == {"project_id": "p", "text": "elsewhere"}


def test_a_key_compares_what_was_sent_and_not_what_was_stored(sqlite_database: str) -> None:
    def move_out(_session: Session, job_id: str, payload: Any) -> Letter:
        return Letter(project_id=payload.project_id, text=job_id)

    contract = Contract(name="letter", queue=Queue.NORMAL, payload=Letter, externalize=move_out)
    first = submitted(contract, {"project_id": "p", "text": "hello"}, idempotency_key="k")

    assert submitted(contract, {"project_id": "p", "text": "hello"}, idempotency_key="k").job_id == first.job_id


def test_the_project_of_the_payload_is_the_jobs_unless_the_caller_names_one(sqlite_database: str) -> None:
    letter = {"project_id": "from-payload", "text": "hello"}

    assert job_of(submitted(LETTER, letter).job_id).project_id == "from-payload"
    assert job_of(submitted(LETTER, letter, project_id="named").job_id).project_id == "named"


def test_a_block_that_fails_after_submit_leaves_no_job(database: str) -> None:
    with pytest.raises(KeyError), writing() as session:
        raise KeyError(submit(session, PING, {}).job_id)

    assert count_of_jobs() == 0
