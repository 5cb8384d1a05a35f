"""Two ends at once, ends that are told twice, and what is left behind by a process that died in between."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from core import clock
from core.db import writing
from jobs import finish
from jobs.bulk import cancel_many
from jobs.cancel import cancel
from jobs.claim import Superseded
from jobs.dispatch.rounds import release, take
from jobs.models import Job
from jobs.states import JobState
from jobs.workers.liveness import reap
from jobs.workflows import advance
from jobs.workflows.orders import cancel_workflow, look_after_workflows
from jobs.workflows.retry import retry_workflow
from tests.jobs.running import at_once, claimed, set_worker, start_worker, wait_for_a_blocked_write
from tests.jobs.workflows.flows import (
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


def test_the_two_last_parts_of_a_chord_that_end_together_release_its_body_once(postgresql_database: str) -> None:
    """Row 7: each would count before the other commits. One of the two waits here, on a second connection."""
    flow = submit(chord(jobs_named("a", "b"), job("body")))
    a, b = claimed(job_at(flow, "a").id), claimed(job_at(flow, "b").id)

    with writing() as session:
        finish._leave(session, a.job_id, a.claim_id, finish.Outcome.SUCCEEDED, state="succeeded", ended_at=clock.now())
        other = threading.Thread(target=finish.succeed, args=(b.job_id, b.claim_id, "b"))
        other.start()
        wait_for_a_blocked_write()
    other.join(10)

    assert states(flow) == {"a": "succeeded", "b": "succeeded", "body": "queued"}
    assert job_at(flow, "body").dispatch == 1


def test_many_parts_that_end_at_once_release_the_body_once(database: str) -> None:
    flow = submit(chord(jobs_named(*"abcdefgh"), job("body")))
    held = [claimed(job_at(flow, key).id) for key in "abcdefgh"]

    at_once(lambda n: finish.succeed(held[n].job_id, held[n].claim_id, n), len(held))

    assert queued(flow) == ["body"]
    assert workflow_of(flow).ended == 8


def test_jobs_that_wait_are_not_taken_for_unpublished_ones(database: str) -> None:
    """Row 8."""
    flow = submit(chain(*jobs_named("a", "b")))

    taken = [one.job_id for one in take("batch")]

    assert taken == [job_at(flow, "a").id]
    assert take("another") == []
    assert states(flow)["b"] == "waiting"


def test_an_ending_that_is_told_twice_counts_once(database: str) -> None:
    flow = submit(chord(jobs_named("a", "b"), job("body")))
    held = claimed(job_at(flow, "a").id)

    finish.succeed(held.job_id, held.claim_id, 1)
    finish.succeed(held.job_id, held.claim_id, 1)

    assert workflow_of(flow).ended == 1
    assert states(flow) == {"a": "succeeded", "b": "queued", "body": "waiting"}


def test_an_attempt_that_was_superseded_moves_nothing_on(database: str) -> None:
    """Row 17: its worker was taken for dead and woke up again."""
    worker_id = start_worker()
    flow = submit(chain(*jobs_named("a", "b")))
    frozen = claimed(job_at(flow, "a").id, worker_id)
    set_worker(worker_id, seen_at=clock.now() - timedelta(minutes=5))
    reap()

    with pytest.raises(Superseded):
        finish.succeed(frozen.job_id, frozen.claim_id, "late")

    assert states(flow) == {"a": "queued", "b": "waiting"}


def test_a_slice_that_ends_is_no_end_of_its_node(database: str) -> None:
    """Row 21."""
    flow = submit(chain(*jobs_named("a", "b")))
    held = claimed(job_at(flow, "a").id)

    finish.continue_later(held.job_id, held.claim_id, {"page": 1})

    assert states(flow) == {"a": "queued", "b": "waiting"}
    going_on = claimed(held.job_id)
    assert (going_on.attempt, going_on.state) == (held.attempt, {"page": 1})
    finish.succeed(going_on.job_id, going_on.claim_id, "done")
    assert queued(flow) == ["b"]


def test_a_job_whose_row_is_held_is_passed_over_and_released_by_the_caretaker(postgresql_database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b")))
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_at(flow, "b").id).values(updated_at=clock.now()))
        succeed(flow, "a")
        assert states(flow)["b"] == "waiting"

    look_after_workflows()

    assert queued(flow) == ["b"]
    assert workflow_of(flow).look_at is None


def test_a_fault_in_moving_on_keeps_no_job_from_ending(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = submit(chain(*jobs_named("a", "b")))
    with monkeypatch.context() as patch:
        patch.setattr(advance.Step, "job_ended", lambda *_: 1 / 0)
        succeed(flow, "a")
    assert states(flow) == {"a": "succeeded", "b": "waiting"}

    look_after_workflows()

    assert queued(flow) == ["b"]
    assert workflow_of(flow).ended == 1


def test_a_step_that_was_cancelled_before_its_turn_stops_the_chain_there(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b", "c")))
    with writing() as session:
        cancel(session, job_at(flow, "b").id, by="a test")
    assert states(flow) == {"a": "queued", "b": "cancelled", "c": "cancelled"}
    assert workflow_of(flow).state == "running"

    succeed(flow, "a")

    assert workflow_of(flow).state == "cancelled"


def test_cancelling_many_and_ending_others_at_once_ends_in_one_state(postgresql_database: str) -> None:
    """Those who cancel hold jobs and want the workflow; those who end hold theirs. Nobody waits for ever."""
    flow = submit(group(*(chain(job(f"a{n}"), job(f"b{n}")) for n in range(8)), on_failure="collect"))
    held = [claimed(job_at(flow, f"a{n}").id) for n in range(4)]
    others = [job_at(flow, f"a{n}").id for n in range(4, 8)] + [job_at(flow, f"b{n}").id for n in range(4)]

    def act(n: int) -> None:
        if n < 4:
            finish.succeed(held[n].job_id, held[n].claim_id, n)
        else:
            cancel_many(others, by="a test")

    at_once(act, 6)
    look_after_workflows()

    assert workflow_of(flow).state == "cancelled"
    assert workflow_of(flow).ended == 16


def test_a_reopened_workflow_does_not_listen_to_its_old_jobs(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b")))
    fail(flow, "a")
    old = job_at(flow, "a").id
    with writing() as session:
        retry_workflow(session, flow, by="a test")

    with writing() as session:
        assert advance.advance(session, flow, old, JobState.SUCCEEDED) == []

    assert states(flow) == {"a": "queued", "b": "waiting"}
    assert job_at(flow, "a").retry_of == old
    assert job_at(flow, "b").retry_of is not None


def test_a_retry_keeps_results_and_runs_failures_again_that_nothing_was_built_on(database: str) -> None:
    members = group(*jobs_named("a", "b"), key="all", on_failure="collect")
    flow = submit(chain(job("first"), members, job("body", {"$results": ["a", "b"]})))
    succeed(flow, "first", "b")
    fail(flow, "a")
    fail(flow, "body")
    assert workflow_of(flow).failed == 2
    with writing() as session:
        retry_workflow(session, flow, by="a test")

    assert states(flow) == {"first": "succeeded", "a": "queued", "b": "succeeded", "body": "waiting"}
    succeed(flow, "a")
    assert [one["state"] for one in job_at(flow, "body").payload["value"]] == ["succeeded", "succeeded"]
    succeed(flow, "body")
    assert (workflow_of(flow).state, workflow_of(flow).failed, workflow_of(flow).ended) == ("succeeded", 0, 4)


def test_what_a_dispatcher_has_taken_is_taken_no_more_when_its_workflow_is_cancelled(database: str) -> None:
    flow = submit(chain(*jobs_named("a", "b")))
    take("slow")

    with writing() as session:
        cancel_workflow(session, flow, by="a test")
    release("slow", sent=True)

    assert (job_at(flow, "a").publisher, job_at(flow, "a").publisher_until) == (None, None)
