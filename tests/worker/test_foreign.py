"""What a delivery that did not come from our submit becomes a job with."""

from types import SimpleNamespace
from typing import Any

import pytest

from core import ids
from jobs import finish
from jobs.claim import Bid, NotClaimed, claim
from jobs.dead_letters.messages import canvas_in
from jobs.dispatch.message import body_of, headers_of
from jobs.dispatch.rounds import take
from tests.jobs.running import start_worker
from tests.jobs_seen import job_of, states
from tests.nested import nested
from worker.foreign import adopt
from workloads.operations.contracts import PING

NEXT = {"task": "ping", "args": [2], "kwargs": {}, "options": {"task_id": "next"}, "subtask_type": None}
ALONE = {"callbacks": None, "errbacks": None, "chain": None, "chord": None, "group": None, "group_index": None}


def adopted(**canvas: Any) -> str:
    """As the parts of Celery's message stand in a task's request."""
    request = SimpleNamespace(**{"id": "theirs", "root_id": "theirs", "parent_id": None} | ALONE | canvas)
    adopt(PING, request, [1], {})
    return "theirs"


def dispatched_again(job_id: str) -> Any:
    """Its first worker is lost."""
    worker_id, claim_id = start_worker("w@host"), ids.new_id()
    claim(Bid(job_id=job_id, dispatch=1, claim_id=claim_id, worker_id=worker_id, worker="w@host"))
    finish.lose(job_id, claim_id, "it was killed")
    [delivery] = take("a batch")
    return delivery


def test_what_follows_a_foreign_message_in_a_canvas_follows_each_of_its_tries(sqlite_database: str) -> None:
    place = {"group": "g", "group_index": 3, "root_id": "first", "parent_id": "before"}
    parts = {"chain": [NEXT], "callbacks": [NEXT], "errbacks": [NEXT], "chord": NEXT}

    again = dispatched_again(adopted(**parts, **place))

    body, headers = body_of(again).decode(), headers_of(again)
    assert canvas_in(body, headers) == parts | {"group_id": "g", "group_index": 3} | {
        "root_id": "first",
        "parent_id": "before",
    }


def test_a_foreign_message_that_is_alone_is_no_part_of_a_canvas(sqlite_database: str) -> None:
    assert job_of(adopted()).canvas is None


NO_PLACES = [
    {"group_index": 2**31},
    {"group_index": -1},
    {"group_index": "3"},
    {"group_index": True},
    {"root_id": "x" * 156},
    {"root_id": ""},
    {"parent_id": {"a": 1}},
    {"group": ["g"]},
]


@pytest.mark.parametrize("place", NO_PLACES, ids=str)
def test_what_is_no_place_in_a_canvas_is_left_out(sqlite_database: str, place: dict[str, Any]) -> None:
    assert job_of(adopted(**place)).canvas is None


def test_a_foreign_message_whose_canvas_cannot_be_stored_is_on_record_as_failed(database: str) -> None:
    with pytest.raises(NotClaimed, match="Celery's canvas"):
        adopted(chain=[NEXT | {"args": [nested(300)]}])

    job = job_of("theirs")
    assert (job.state, job.error["class_name"], job.canvas) == ("failed", "CanvasNotStorable", None)
    assert (job_of("next").state, job_of("next").error["class_name"]) == ("cancelled", "NotRun")


def test_the_rest_of_a_chain_ends_with_a_part_whose_arguments_are_wrong(database: str) -> None:
    last = NEXT | {"options": {"task_id": "last"}}
    unstorable = NEXT | {"options": {"task_id": "a NUL \0 in it"}}
    request = SimpleNamespace(**{"id": "theirs", "root_id": "theirs"} | ALONE | {"chain": [last, unstorable, NEXT]})

    with pytest.raises(NotClaimed, match="does not fit"):
        adopt(PING, request, [], {"valve": 1})

    assert states() == {"failed": 1, "cancelled": 2}
    assert "does not fit" in job_of("last").error["message"]
