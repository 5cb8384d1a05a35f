"""What is written past the Session is the same row, and all rows of a submit are there or none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from core import engine, ids
from core.contracts import InvalidPayload
from core.db import reading, writing
from core.patience import is_trouble
from jobs.models import Job
from jobs.orders import Order, row_of
from jobs.payloads import PayloadTooLarge
from jobs.plain_orders import COLUMNS, is_plain, submit_plain
from jobs.states import JobState
from jobs.submit import submit_many
from tests.jobs_seen import job_of
from workloads.operations.contracts import PING

LATER = datetime(2099, 1, 1, 12, 30, tzinfo=UTC)
DIFFERENT = {"id", "created_at", "updated_at", "queued_at"}
ODD = {"value": ["ä", "\u0001", '"\\u0000', 1.5, -(2**63), 1e300, None, True, {"b": 1, "a": {}}]}
DETAILS: list[dict[str, Any]] = [
    {},
    {"project_id": "acme", "submitted_by": "token:it's", "retry_of": "another"},
    {"due_at": LATER, "expires_at": LATER + timedelta(microseconds=1), "webhook_url": "https://example.com/?a=%20%s"},
    {"canvas": {"callbacks": [{"task": "x"}]}},
    {"workflow_id": ids.new_id(), "node_key": "a", "waiting": True},
]


def order(payload: object = None, **details: Any) -> Order:
    return Order(contract=PING, payload=PING.parse(payload or ODD), **details)


def columns_of(job: Job) -> dict[str, Any]:
    return {one.key: getattr(job, one.key) for one in inspect(Job).column_attrs if one.key not in DIFFERENT}


def stored() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


@pytest.mark.parametrize("details", DETAILS)
def test_the_row_is_the_same_as_by_a_session(database: str, details: dict[str, Any]) -> None:
    with writing() as session:
        [usual] = submit_many(session, [order(**details)])

    [plain] = submit_plain([order(**details)])

    ours, theirs = job_of(plain.job_id), job_of(usual.job_id)
    assert columns_of(ours) == columns_of(theirs)
    assert plain.state == ours.state
    assert (ours.queued_at is None) == (theirs.queued_at is None)
    assert timedelta() <= ours.created_at - theirs.created_at < timedelta(minutes=1)


def test_every_column_that_an_order_may_fill_is_written(database: str) -> None:
    with writing() as session:
        names = set(row_of(session, order()))

    assert names - set(COLUMNS) == {"idempotency_key", "submit_key", "parent_id"}


@pytest.mark.parametrize("details", [{"idempotency_key": "k"}, {"parent_id": "p"}])
def test_what_is_about_another_row_is_not_plain(details: dict[str, Any]) -> None:
    assert is_plain(order())
    assert not is_plain(order(**details))


def test_many_are_written_in_their_order(database: str) -> None:
    made = submit_plain([order({"value": number}) for number in range(1_201)])

    with reading() as session:
        rows = session.execute(select(Job.id, Job.payload).order_by(Job.created_at, Job.id)).all()
    assert [row.id for row in rows] == [one.job_id for one in made]
    assert [row.payload["value"] for row in rows] == list(range(1_201))
    assert {one.state for one in made} == {JobState.QUEUED}


@pytest.mark.parametrize("before", [0, 1_200])
def test_one_that_cannot_be_written_leaves_nothing_of_the_others(database: str, before: int) -> None:
    [there] = submit_plain([order()])

    with pytest.raises(IntegrityError) as caught:
        submit_plain([*(order() for _ in range(before)), order({"value": "hunter2"}, job_id=there.job_id)])

    assert stored() == 1
    assert "hunter2" not in str(caught.value)
    submit_plain([order()])
    assert stored() == 2


def test_a_database_that_is_locked_is_trouble_that_passes(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.05)
    with writing() as other:
        other.execute(text("SELECT 1"))
        with pytest.raises(OperationalError) as caught:
            submit_plain([order()])

    assert is_trouble(caught.value)
    assert submit_plain([order()])


@pytest.mark.parametrize(("payload", "refusal"), [("x" * 300_000, PayloadTooLarge), ("\x00", InvalidPayload)])
def test_what_cannot_be_kept_is_refused(sqlite_database: str, payload: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        submit_plain([order(), order({"value": payload})])

    assert stored() == 0
