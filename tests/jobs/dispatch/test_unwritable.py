"""A job of which no message can be written, beside one that is fine."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.db import writing
from jobs.dead_letters.decisions import rerun
from jobs.dead_letters.intake import take_in
from jobs.dispatch.handover import TakenBatch, publish_handed
from jobs.dispatch.marks import Marks
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once, take
from jobs.payloads import RESOLVED_LIMIT
from tests.jobs.dead_letters.dead_messages import foreign
from tests.jobs.dead_letters.letters import letter_of
from tests.jobs.running import set_row
from tests.jobs_seen import job_of, submit_ping

pytestmark = pytest.mark.integration


@pytest.fixture
def publisher(broker: str) -> Iterator[Publisher]:
    made = Publisher("test")
    yield made
    made.close()


UNWRITABLE = [
    pytest.param({"group_index": 2**63}, "int too large", id="a number that no header takes"),
    pytest.param({"root_id": "x" * 200_000}, "a frame takes", id="headers longer than a frame"),
    pytest.param({"chain": "x" * RESOLVED_LIMIT}, "are taken", id="a body that the broker does not take"),
    pytest.param(["none"], "no attribute", id="what is no canvas"),
]


@pytest.mark.parametrize(("canvas", "why"), UNWRITABLE)
def test_a_job_whose_message_cannot_be_written_fails_alone(
    database: str, publisher: Publisher, canvas: Any, why: str
) -> None:
    broken, other = submit_ping(), submit_ping()
    set_row(broken, canvas=canvas)
    channel = publisher.open()

    assert dispatch_once(publisher) == 2

    job = job_of(broken)
    assert (job.state, job.error["class_name"], job.error["kind"]) == ("failed", "Unwritable", "permanent")
    assert why in job.error["message"]
    assert job_of(other).published_at is not None
    assert (letter_of(broken).state, letter_of(broken).redrive_at) == ("open", None)
    another = submit_ping()
    dispatch_once(publisher)
    assert publisher.open() is channel
    assert job_of(another).published_at is not None


def test_one_that_was_handed_over_fails_alone_too(sqlite_database: str, publisher: Publisher) -> None:
    broken, other = submit_ping(), submit_ping()
    set_row(broken, canvas={"group_index": 2**63})
    handed = TakenBatch("b", take("b"), float("inf"))

    publish_handed(publisher, [handed], Marks())

    assert job_of(broken).state == "failed"
    assert job_of(other).published_at is not None


def test_one_that_was_cancelled_meanwhile_stays_cancelled(sqlite_database: str, publisher: Publisher) -> None:
    broken = submit_ping()
    set_row(broken, canvas={"group_index": 2**63})
    handed = TakenBatch("b", take("b"), float("inf"))
    set_row(broken, state="cancelled")

    publish_handed(publisher, [handed], Marks())

    assert job_of(broken).state == "cancelled"


def test_a_dead_message_names_its_place_in_the_headers_alone(database: str, publisher: Publisher) -> None:
    body = json.dumps([[1], {}, {"group_index": 2**63, "root_id": "x" * 20_000}])
    take_in(foreign("ping", body=body))
    with writing() as session:
        rerun(session, "their-id", by="olga")
    other = submit_ping()

    dispatch_once(publisher)

    assert [job_of(one).published_at is not None for one in ("their-id", other)] == [True, True]
    assert job_of("their-id").canvas is None
