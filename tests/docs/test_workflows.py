"""The example of docs/workflows.md, as it stands there."""

import json
import re

from core.settings import ROOT
from jobs.workflows.spec import WorkflowSpec
from tests.jobs.workflows.flows import job_at, queued, submit, succeed, workflow_of


def test_the_example_runs_as_it_is_written(database: str) -> None:
    text = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    written = json.loads(example)
    WorkflowSpec.model_validate(written)

    flow = submit(written["root"], project_id=written["project_id"])
    while ready := queued(flow):
        for key in ready:
            value = job_at(flow, key).payload["value"]
            succeed(flow, key, result={"status": "pong", "value": value, "attempt": 1})

    assert workflow_of(flow).state == "succeeded"
    assert job_at(flow, "greeting").payload == job_at(flow, "visits").payload | {"value": "Ana"}
    told = {one["key"]: one["result"]["value"] for one in job_at(flow, "summary").payload["value"]}
    assert told == {"shelves": "shelves are counted", "prices": "prices are known", "customers": "Ana"}
