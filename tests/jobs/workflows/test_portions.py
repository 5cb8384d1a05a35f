"""A large workflow is cancelled a part at a time: each part stands, and whoever comes next goes on with it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from core.db import writing
from core.engine import get_engine
from jobs import finish
from jobs.bulk import cancel_many
from jobs.workflows import rows
from jobs.workflows.orders import cancel_workflow, look_after, look_after_workflows
from tests.jobs.running import claimed
from tests.jobs.workflows.flows import (
    chain,
    fail,
    group,
    job,
    job_at,
    jobs_named,
    queued,
    states,
    submit,
    succeed,
    workflow_of,
)
from tests.jobs_seen import submit_ping

MEMBERS = [f"m{n}" for n in range(8)]


@pytest.fixture(autouse=True)
def _three_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CANCELLED_AT_ONCE", 3)


def cancel(flow: str) -> None:
    with writing() as session:
        cancel_workflow(session, flow, by="a test")


def by_hand(flow: str, *keys: str) -> None:
    cancel_many([job_at(flow, key).id for key in keys], by="a test")


def finish_looking(flow: str) -> None:
    seen_meanwhile(flow, look_after_workflows)


def numbers(flow: str, state: str = "cancelled") -> int:
    return Counter(states(flow).values())[state]


def reasons(flow: str, keys: str) -> set[str]:
    """Why these, one letter each, were not run."""
    return {job_at(flow, key).error["message"] for key in keys}


def seen_meanwhile(flow: str, look: Callable[[], bool]) -> list[int]:
    """How many were cancelled before each look and after the last."""
    seen = [numbers(flow)]
    while workflow_of(flow).look_at is not None:
        look()
        assert len(seen) < 20, "it does not come to an end"
        seen.append(numbers(flow))
    return seen


def test_many_jobs_are_cancelled_in_several_transactions(database: str) -> None:
    """On SQLite a long one would hold up everybody's writes: between two of these, others submit and claim."""
    flow = submit(group(*jobs_named(*MEMBERS)))

    cancel(flow)
    assert (workflow_of(flow).state, workflow_of(flow).cancelled_by) == ("running", "a test")
    claimed(submit_ping())

    assert seen_meanwhile(flow, look_after_workflows) == [3, 6, 8]
    assert (workflow_of(flow).state, workflow_of(flow).ended) == ("cancelled", 8)


def test_a_cancel_that_was_left_half_way_is_finished_by_another_process(database: str) -> None:
    """The one that was asked dies after the first part; what is on record is enough."""
    flow = submit(chain(job("a"), group(*jobs_named(*MEMBERS)), job("after")))
    cancel(flow)

    while look_after_workflows():
        pass

    assert set(states(flow).values()) == {"cancelled"}
    assert (workflow_of(flow).state, workflow_of(flow).look_at) == ("cancelled", None)


def test_nothing_begins_its_turn_in_a_workflow_that_is_being_cancelled(database: str) -> None:
    flow = submit(group(*jobs_named(*MEMBERS), chain(*jobs_named("a", "b"))))
    running = claimed(job_at(flow, "a").id)
    cancel(flow)

    finish.succeed(running.job_id, running.claim_id, "just in time")
    assert states(flow)["b"] == "waiting"
    finish_looking(flow)

    assert Counter(states(flow).values()) == {"succeeded": 1, "cancelled": 9}
    assert workflow_of(flow).state == "cancelled"


def test_nothing_begins_its_turn_in_a_group_that_has_failed(database: str) -> None:
    flow = submit(chain(group(*jobs_named("x", *MEMBERS), chain(*jobs_named("a", "b"))), job("after")))
    running = claimed(job_at(flow, "a").id)
    fail(flow, "x")
    assert numbers(flow) == 3

    finish.succeed(running.job_id, running.claim_id, "just in time")
    assert states(flow)["b"] == "waiting"
    finish_looking(flow)

    assert Counter(states(flow).values()) == {"failed": 1, "succeeded": 1, "cancelled": 10}
    assert workflow_of(flow).state == "failed"
    assert job_at(flow, "m7").error["message"] == "It was not run: 'x' failed."


def test_a_chain_that_has_stopped_goes_on_after_no_step_that_is_being_cancelled(database: str) -> None:
    """A group with `collect` lets what comes after it start, but not where the chain had stopped before it."""
    flow = submit(chain(job("a"), group(*jobs_named(*MEMBERS), on_failure="collect"), *jobs_named("b", "c")))
    fail(flow, "a")
    assert numbers(flow) == 3

    by_hand(flow, *MEMBERS)
    assert queued(flow) == []
    finish_looking(flow)

    assert Counter(states(flow).values()) == {"failed": 1, "cancelled": 10}
    assert workflow_of(flow).state == "failed"


def test_the_last_step_of_a_chain_that_has_stopped_does_not_say_how_it_ended(database: str) -> None:
    flow = submit(chain(job("a"), group(*jobs_named(*MEMBERS), on_failure="collect")))
    fail(flow, "a")

    by_hand(flow, *MEMBERS)
    finish_looking(flow)

    assert workflow_of(flow).state == "failed"


def test_what_runs_is_asked_to_stop_before_the_last_part_is_cancelled(database: str) -> None:
    flow = submit(group(*jobs_named(*MEMBERS)))
    running = claimed(job_at(flow, "m7").id)
    cancel(flow)

    look_after(flow)

    assert numbers(flow) == 6
    assert job_at(flow, "m7").cancel_requested_at is not None
    finish.end_cancelled(running.job_id, running.claim_id)
    finish_looking(flow)
    assert workflow_of(flow).state == "cancelled"


def test_a_step_that_succeeds_meanwhile_is_not_said_to_have_failed(database: str) -> None:
    """The steps that are cancelled with its end, and those of the next look, say who cancelled the workflow."""
    flow = submit(chain(*jobs_named(*"abcdefgh")))
    running = claimed(job_at(flow, "a").id)
    cancel(flow)

    finish.succeed(running.job_id, running.claim_id, "just in time")
    assert numbers(flow) == 6
    finish_looking(flow)

    assert reasons(flow, "bcdefgh") == {"It was not run: the workflow was cancelled by a test."}


def test_what_is_left_of_a_group_that_has_failed_says_who_failed_it(database: str) -> None:
    flow = submit(group(chain(*jobs_named(*"abcdefgh")), job("x")))
    running = claimed(job_at(flow, "a").id)
    fail(flow, "x")

    finish.succeed(running.job_id, running.claim_id, "just in time")
    assert numbers(flow) == 6
    finish_looking(flow)

    assert reasons(flow, "bcdefgh") == {"It was not run: 'x' failed."}


def test_every_part_of_a_chain_that_has_stopped_says_the_same(database: str) -> None:
    """Whoever cancels one of them meanwhile is not the reason for the rest."""
    flow = submit(chain(*jobs_named(*"abcdefgh")))
    fail(flow, "a")
    by_hand(flow, "e")
    finish_looking(flow)

    assert reasons(flow, "bcdfgh") == {"It was not run: 'a' failed."}


def test_a_step_that_was_cancelled_before_its_turn_is_why_the_rest_does_not_run(database: str) -> None:
    """The look that should have ended the rest has not come when the step before it succeeds."""
    flow = submit(chain(*jobs_named(*"abcdefgh")))
    by_hand(flow, "b")
    assert numbers(flow) == 4
    succeed(flow, "a")
    finish_looking(flow)

    assert reasons(flow, "cdefgh") == {"It was not run: 'b' was cancelled."}


def test_a_look_at_a_long_chain_does_not_ask_for_each_step_that_is_cancelled_already(database: str) -> None:
    """When the first of 3,000 steps failed, cancelling the rest took half a minute of work under the lock."""
    flow = submit(chain(*jobs_named("a", *(f"s{n}" for n in range(20)))))
    fail(flow, "a")

    asked = []
    for _ in range(4):
        with statements() as said:
            look_after(flow)
        asked.append(len(said))

    assert numbers(flow) == 15
    assert max(asked) < min(asked) * 1.5, asked


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(get_engine(), "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(get_engine(), "before_cursor_execute", note)
