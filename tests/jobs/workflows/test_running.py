"""How a workflow goes on when its jobs end: who may start, and how all of it ends."""

from jobs import finish
from jobs.workflows.orders import look_after_workflows
from tests.jobs.running import claimed
from tests.jobs.workflows.flows import (
    chain,
    chord,
    fail,
    group,
    job,
    job_at,
    jobs_named,
    look,
    queued,
    states,
    submit,
    succeed,
    workflow_of,
)


def test_a_chain_runs_one_step_after_the_other(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b", "c")))

    seen = []
    for key in ("a", "b", "c"):
        seen.append(queued(flow))
        succeed(flow, key)

    assert seen == [["a"], ["b"], ["c"]]
    assert workflow_of(flow).state == "succeeded"
    assert workflow_of(flow).ended_at is not None


def test_the_body_of_a_chord_runs_after_all_members(database: str) -> None:
    flow = submit(chord(jobs_named("a", "b"), job("body")))

    assert queued(flow) == ["a", "b"]
    succeed(flow, "b")
    assert queued(flow) == ["a"]
    succeed(flow, "a")
    assert queued(flow) == ["body"]
    succeed(flow, "body")
    assert workflow_of(flow).state == "succeeded"


def test_groups_chains_and_chords_within_each_other(database: str) -> None:
    inner = chord([chain(*jobs_named("a1", "a2")), job("b")], group(*jobs_named("c", "d")))
    flow = submit(chain(job("start"), inner, job("end")))

    succeed(flow, "start")
    assert queued(flow) == ["a1", "b"]
    succeed(flow, "a1", "b")
    assert queued(flow) == ["a2"]
    succeed(flow, "a2")
    assert queued(flow) == ["c", "d"]
    succeed(flow, "d", "c")
    assert queued(flow) == ["end"]
    succeed(flow, "end")

    assert workflow_of(flow).state == "succeeded"
    assert (workflow_of(flow).ended, workflow_of(flow).failed) == (7, 0)


def test_a_chain_stops_at_the_step_that_fails(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b", "c")))

    succeed(flow, "a")
    fail(flow, "b")

    assert states(flow) == {"a": "succeeded", "b": "failed", "c": "cancelled"}
    assert job_at(flow, "c").error["message"] == "It was not run: 'b' failed."
    assert (workflow_of(flow).state, workflow_of(flow).failed, workflow_of(flow).ended) == ("failed", 1, 3)


def test_the_first_failure_in_a_group_cancels_the_others(database: str) -> None:
    flow = submit(chain(group(*jobs_named("a", "b", "c")), job("after")))
    running = claimed(job_at(flow, "c").id)

    fail(flow, "a")
    assert states(flow) == {"a": "failed", "b": "cancelled", "c": "running", "after": "waiting"}
    assert workflow_of(flow).state == "running"
    look_after_workflows()
    asked = job_at(flow, "c")
    assert asked.cancel_requested_at is not None
    finish.end_cancelled(asked.id, running.claim_id)

    assert states(flow) == {"a": "failed", "b": "cancelled", "c": "cancelled", "after": "cancelled"}
    assert workflow_of(flow).state == "failed"
    look(flow)
    assert workflow_of(flow).look_at is None


def test_what_comes_after_a_group_is_not_run_because_of_the_member_that_failed(database: str) -> None:
    """And not because of the one that ended last."""
    flow = submit(chain(group(*jobs_named("a", "b")), job("after")))
    running = claimed(job_at(flow, "b").id)

    fail(flow, "a")
    finish.succeed(running.job_id, running.claim_id, "just in time")

    assert job_at(flow, "after").error["message"] == "It was not run: 'a' failed."


def test_a_group_that_collects_goes_on_and_so_does_what_comes_after(database: str) -> None:
    members = jobs_named("a", "b")
    flow = submit(chord(members, job("body", {"$results": "all"}), key="all", on_failure="collect"))

    fail(flow, "a", "no luck")
    succeed(flow, "b", result=7)

    [a, b] = job_at(flow, "body").payload["value"]
    assert (a["key"], a["state"], a["error"]["message"]) == ("a", "failed", "no luck")
    assert b == {"key": "b", "state": "succeeded", "result": 7}
    succeed(flow, "body")
    assert (workflow_of(flow).state, workflow_of(flow).failed) == ("succeeded", 1)
