"""A group whose members were all cancelled before its turn has ended, and what comes after it still has to wait."""

from collections.abc import Callable

import pytest

from jobs.bulk import cancel_many
from jobs.workflows import advance
from jobs.workflows.orders import look_after, look_after_workflows
from tests.jobs.rows import statements
from tests.jobs.workflows.flows import (
    Written,
    chain,
    chord,
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


def collecting(**more: object) -> Written:
    return group(*jobs_named("m", "n"), on_failure="collect", **more)


def cancel(flow: str, *keys: str) -> None:
    cancel_many([job_at(flow, key).id for key in keys], by="a test")


@pytest.mark.parametrize(
    "rest",
    [
        [collecting(), job("c", {"$result": "a"})],
        [chain(collecting(), job("c", {"$result": "a"}))],
        [chord(jobs_named("m", "n"), job("c", {"$result": "a"}), on_failure="collect")],
        [collecting(), group(*jobs_named("c"))],
        [group(chain(collecting(), job("c")))],
    ],
)
def test_what_comes_after_it_starts_in_its_turn(database: str, rest: list[Written]) -> None:
    flow = submit(chain(job("a"), *rest))

    cancel(flow, "m", "n")
    look_after(flow)
    assert states(flow) == {"a": "queued", "m": "cancelled", "n": "cancelled", "c": "waiting"}

    succeed(flow, "a")
    assert queued(flow) == ["c"]
    succeed(flow, "c")
    assert (workflow_of(flow).state, workflow_of(flow).ended) == ("succeeded", 4)


def test_a_chain_that_ends_with_it_goes_on_until_its_turn(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b"), collecting()))

    cancel(flow, "m", "n")
    look_after(flow)
    assert workflow_of(flow).state == "running"

    succeed(flow, "a", "b")
    assert (workflow_of(flow).state, workflow_of(flow).ended) == ("cancelled", 4)


@pytest.mark.parametrize("end", [fail, lambda flow, key: cancel(flow, key)])
def test_what_comes_after_it_does_not_start_when_the_chain_stops_before(
    database: str, end: Callable[[str, str], None]
) -> None:
    flow = submit(chain(job("a"), collecting(), job("c")))
    cancel(flow, "m", "n")

    end(flow, "a")

    assert states(flow)["c"] == "cancelled"
    assert workflow_of(flow).ended == 4
    assert workflow_of(flow).state != "running"


def test_many_of_them_go_on_a_few_at_a_time(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advance, "STEPS", 2)
    members = [chain(group(job(f"m{n}"), on_failure="collect"), job(f"c{n}")) for n in range(7)]
    flow = submit(chain(job("a"), group(*members)))
    cancel(flow, *(f"m{n}" for n in range(7)))
    look_after_workflows()
    assert workflow_of(flow).look_at is None

    succeed(flow, "a")
    assert queued(flow) == ["c0", "c1"]
    while workflow_of(flow).look_at:
        look_after_workflows()

    assert queued(flow) == [f"c{n}" for n in range(7)]


def test_a_look_at_many_of_them_before_their_turn_asks_no_more_than_at_few(sqlite_database: str) -> None:
    def asked(count: int) -> int:
        members = [chain(group(job(f"m{n}"), on_failure="collect"), job(f"c{n}")) for n in range(count)]
        flow = submit(chain(job("a"), group(*members)))
        cancel(flow, *(f"m{n}" for n in range(count)))
        with statements() as told:
            look_after(flow)
        return len(told)

    assert asked(30) == asked(5)
