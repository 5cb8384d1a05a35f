"""What the caretaker goes on with: large releases, endings that nobody noticed, steps that cannot start."""

import sys

import pytest
from sqlalchemy import delete, update

from core import clock
from core.contracts import catalog
from core.db import writing
from jobs import finish
from jobs.models import Job
from jobs.workflows import advance, orders, rows
from jobs.workflows.models import Workflow
from jobs.workflows.orders import cancel_workflow, look_after_workflows
from jobs.workflows.retry import retry_workflow
from tests.jobs.running import claimed, set_row
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


def test_many_jobs_are_released_in_several_transactions(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a long one would hold up everybody's writes."""
    monkeypatch.setattr(rows, "RELEASED_AT_ONCE", 3)
    members = [job(f"m{n}", {"$result": "a"}) for n in range(8)]
    flow = submit(chord([chain(job("a"), group(*members))], job("body")))

    succeed(flow, "a")
    seen = [len(queued(flow))]
    while look_after_workflows():
        seen.append(len(queued(flow)))
    seen.append(len(queued(flow)))

    assert seen == [3, 6, 8]
    assert workflow_of(flow).look_at is None
    succeed(flow, *(f"m{n}" for n in range(8)))
    assert queued(flow) == ["body"]


def test_what_runs_already_makes_no_place_for_what_waits(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that end before the rest is released must not let the group end."""
    monkeypatch.setattr(rows, "RELEASED_AT_ONCE", 2)
    flow = submit(chain(job("a"), group(*jobs_named("m0", "m1", "m2")), job("after")))
    succeed(flow, "a")
    succeed(flow, "m0", "m1")

    assert states(flow)["after"] == "waiting"
    look_after_workflows()
    succeed(flow, "m2")

    assert queued(flow) == ["after"]


def test_a_look_that_finds_nothing_changes_nothing(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b")))
    with writing() as session:
        session.execute(update(Workflow).values(look_at=clock.now()))

    look_after_workflows()

    assert states(flow) == {"a": "queued", "b": "waiting"}
    assert workflow_of(flow).look_at is None


def test_an_end_that_nobody_noticed_is_caught_up_with(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b")))
    set_row(job_at(flow, "a").id, state="failed", ended_at=clock.now(), error={"message": "x"})
    with writing() as session:
        session.execute(update(Workflow).values(look_at=clock.now()))

    look_after_workflows()

    assert workflow_of(flow).state == "failed"
    assert states(flow)["b"] == "cancelled"


def test_a_workflow_that_cannot_go_on_keeps_no_other_from_being_looked_after(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = (submit(chain(*jobs_named("a", "b"))) for _ in range(2))
    for flow in (broken, sound):
        set_row(job_at(flow, "a").id, state="succeeded", ended_at=clock.now())
        with writing() as session:
            session.execute(update(Workflow).where(Workflow.id == flow).values(look_at=clock.now()))
    as_it_is = advance.Step.catch_up
    monkeypatch.setattr(advance.Step, "catch_up", lambda step: 1 / 0 if step._workflow.id == broken else as_it_is(step))

    look_after_workflows()

    assert queued(sound) == ["b"]
    assert workflow_of(broken).look_at is not None


def test_many_steps_that_cannot_start_end_one_after_the_other_and_not_all_at_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advance, "STEPS", 3)
    steps = [group(job(f"m{n}", {"$result": "first", "path": "nowhere"}), on_failure="collect") for n in range(8)]
    flow = submit(chain(job("first"), *steps))

    succeed(flow, "first")
    assert (workflow_of(flow).state, workflow_of(flow).failed) == ("running", 3)
    while workflow_of(flow).look_at:
        look_after_workflows()

    assert (workflow_of(flow).state, workflow_of(flow).failed) == ("failed", 8)
    assert set(states(flow).values()) == {"succeeded", "failed"}


def test_a_job_whose_task_one_process_does_not_know_is_released_by_another(database: str) -> None:
    """As while a new version is rolled out."""
    flow = submit(chain(job("a"), job("b", {"$result": "a"})))
    ping = catalog._contracts.pop("ping")
    try:
        succeed(flow, "a")
        look_after_workflows()
    finally:
        catalog.add([ping])
    assert states(flow)["b"] == "waiting"

    look_after_workflows()

    assert queued(flow) == ["b"]


def test_a_result_that_is_gone_passes_for_no_empty_one(database: str) -> None:
    flow = submit(chain(job("a"), job("b"), job("c", {"$result": "a"})))
    succeed(flow, "a")
    fail(flow, "b")
    with writing() as session:
        session.execute(delete(Job).where(Job.id == job_at(flow, "a").id))
        retry_workflow(session, flow, by="a test")

    succeed(flow, "b")

    assert job_at(flow, "c").state == "failed"
    assert "'a' is gone" in job_at(flow, "c").error["message"]


def expect_rest_after_asking(flow: str, *keys: str) -> None:
    """Looked after: the jobs at `keys` are asked to stop, and until they end nobody looks at the workflow again."""
    look(flow)
    look_after_workflows()

    assert all(job_at(flow, key).cancel_requested_at for key in keys)
    assert workflow_of(flow).look_at is None


def test_a_workflow_whose_running_jobs_were_asked_to_stop_comes_to_rest(database: str) -> None:
    """Nothing is left to do until they end, so nobody looks at it and writes to it meanwhile."""
    flow = submit(chain(group(*jobs_named("a", "b", "c")), job("after")))
    a, b = (claimed(job_at(flow, key).id) for key in "ab")
    with writing() as session:
        cancel_workflow(session, flow, by="a test")
    assert workflow_of(flow).look_at is not None

    expect_rest_after_asking(flow, "a", "b")

    assert workflow_of(flow).state == "running"
    finish.end_cancelled(a.job_id, a.claim_id)
    finish.succeed(b.job_id, b.claim_id, "just in time")
    assert (workflow_of(flow).state, workflow_of(flow).look_at) == ("cancelled", None)


def test_a_group_that_has_failed_comes_to_rest_once_its_other_members_were_asked_to_stop(database: str) -> None:
    flow = submit(group(*jobs_named("a", "b", "c")))
    running = claimed(job_at(flow, "b").id)
    fail(flow, "a")
    assert workflow_of(flow).look_at is not None

    expect_rest_after_asking(flow, "b")

    finish.end_cancelled(running.job_id, running.claim_id)
    assert workflow_of(flow).state == "failed"


def test_a_job_that_was_held_and_then_begins_is_still_asked_to_stop(postgresql_database: str) -> None:
    """Its claim is not committed yet when the workflow is cancelled, and is when the next look comes."""
    flow = submit(group(*jobs_named("a", "b")))
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_at(flow, "a").id).values(updated_at=clock.now()))
        with writing() as other:
            cancel_workflow(other, flow, by="a test")
        assert workflow_of(flow).look_at is not None
    assert states(flow) == {"a": "queued", "b": "cancelled"}
    running = claimed(job_at(flow, "a").id)

    expect_rest_after_asking(flow, "a")

    finish.end_cancelled(running.job_id, running.claim_id)
    assert workflow_of(flow).state == "cancelled"


def test_a_process_that_dies_before_it_has_asked_is_followed_by_the_regular_duty(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = submit(group(*jobs_named("a", "b")))
    claimed(job_at(flow, "a").id)
    with writing() as session:
        cancel_workflow(session, flow, by="a test")
    with monkeypatch.context() as patch:
        patch.setattr(orders, "_stop", lambda *_: sys.exit())
        with pytest.raises(SystemExit):
            look(flow)
    assert job_at(flow, "a").cancel_requested_at is None

    while look_after_workflows():
        pass

    assert job_at(flow, "a").cancel_requested_at is not None
    look_after_workflows()
    assert workflow_of(flow).look_at is None
