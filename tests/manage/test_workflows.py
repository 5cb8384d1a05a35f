"""`manage.py workflows …`, as it is typed."""

import json
from pathlib import Path

import pytest

from tests.command_line import refused, said
from tests.jobs.workflows.flows import chain, fail, job, jobs_named


@pytest.mark.usefixtures("sqlite_database")
def test_a_workflow_is_submitted_shown_retried_and_cancelled() -> None:
    written = json.dumps({"name": "nightly", "root": chain(*jobs_named("a", "b"))})

    flow = said("workflows", "submit", "-", typed=written)
    fail(flow, "a", "no luck")

    assert said("workflows", "show", flow).splitlines() == [
        "nightly: failed, 2 of 2 ended, 1 failed",
        "chain-0  chain  failed",
        "  a  ping  failed  no luck",
        "  b  ping  cancelled  It was not run: 'a' failed.",
    ]
    assert said("workflows", "retry", flow) == "2 jobs run again"
    assert said("workflows", "cancel", flow) == "cancelled"
    assert flow in said("workflows", "list", "--state", "cancelled")
    assert "ended already" in refused("workflows", "cancel", flow)
    assert "cancel_workflow" in said("audit")


@pytest.mark.usefixtures("sqlite_database")
def test_a_file_that_is_no_workflow_is_refused_with_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text(json.dumps({"name": "nightly", "root": {**job("a"), "tsk": 1}}))

    assert "root.job.tsk" in refused("workflows", "submit", str(path))
    assert "cannot be read" in refused("workflows", "submit", str(tmp_path / "none.json"))
