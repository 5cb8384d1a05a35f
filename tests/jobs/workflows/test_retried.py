"""A workflow that is run again from where it failed: what something has been built on stays as it is."""

from typing import Any

import pytest

from core.db import writing
from jobs.workflows.orders import look_after
from jobs.workflows.retry import retry_workflow
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

OUTCOMES = {"$results": "all"}


def retry(flow: str) -> int:
    with writing() as session:
        return retry_workflow(session, flow, by="a test")[1]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(chain(job("built", OUTCOMES), job("last", OUTCOMES)), id="an earlier step of the body"),
        pytest.param(group(job("built", OUTCOMES), job("last", OUTCOMES)), id="a part of the body"),
    ],
)
def test_a_failed_member_on_whose_absence_something_was_built_does_not_run_again(database: str, body: Written) -> None:
    """Else the rest of the body would not wait for it, and the workflow would end while it runs."""
    flow = submit(chord(jobs_named("a", "b"), body, key="all", on_failure="collect"))
    fail(flow, "a")
    succeed(flow, "b", "built")
    fail(flow, "last")

    assert retry(flow) == 1
    look_after(flow)

    assert queued(flow) == ["last"]
    assert told_of(flow, "last") == ["failed", "succeeded"]
    succeed(flow, "last")
    assert (workflow_of(flow).state, workflow_of(flow).ended, workflow_of(flow).failed) == ("succeeded", 4, 1)


def told_of(flow: str, key: str) -> list[Any]:
    return [one["state"] for one in job_at(flow, key).payload["value"]]


def test_of_two_groups_only_the_failures_run_again_that_nothing_was_built_on(database: str) -> None:
    first = group(*jobs_named("a"), on_failure="collect")
    flow = submit(chain(first, group(*jobs_named("b", "c"), on_failure="collect"), job("d")))
    fail(flow, "a")
    succeed(flow, "b")
    fail(flow, "c")
    fail(flow, "d")

    assert retry(flow) == 2

    assert states(flow) == {"a": "failed", "b": "succeeded", "c": "queued", "d": "waiting"}
    succeed(flow, "c", "d")
    assert workflow_of(flow).state == "succeeded"
