"""Workflows over HTTP."""

import json
from typing import Any

from starlette.testclient import TestClient

from tests.jobs.workflows.flows import chain, chord, fail, group, job, job_at, jobs_named, states, succeed
from tests.secretive import KEY, PASSWORD, known, login

WORKFLOWS = "/api/workflows"
JSON = {"content-type": "application/json"}


def submit(client: TestClient, root: dict[str, Any], **more: Any) -> str:
    answer = client.post(WORKFLOWS, json={"name": "nightly", "root": root, **more})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{WORKFLOWS}/{answer.json()['workflow_id']}"
    return str(answer.json()["workflow_id"])


def test_a_workflow_is_shown_with_its_nodes_edges_and_containers(client: TestClient):
    flow = submit(client, chain(job("a"), chord(jobs_named("b", "c"), job("d"), key="all"), key="whole"))

    seen = client.get(f"{WORKFLOWS}/{flow}").json()

    assert (seen["state"], seen["jobs"], seen["counts"]) == ("running", 4, {"queued": 1, "waiting": 3})
    assert [(node["key"], node["state"], node["container"]) for node in seen["nodes"]] == [
        ("a", "queued", "whole"),
        ("b", "waiting", "all"),
        ("c", "waiting", "all"),
        ("d", "waiting", "chord-2"),
    ]
    assert {(edge["source"], edge["target"]) for edge in seen["edges"]} == {
        ("a", "b"),
        ("a", "c"),
        ("b", "all"),
        ("c", "all"),
        ("all", "d"),
    }
    assert [(one["id"], one["type"], one["parent"]) for one in seen["containers"]] == [
        ("whole", "chain", None),
        ("chord-2", "chord", "whole"),
        ("all", "group", "chord-2"),
    ]
    assert seen["containers"][2]["on_failure"] == "fail_fast"


def test_a_job_tells_its_workflow_and_its_place_there(client: TestClient):
    flow = submit(client, job("only"))

    [node] = client.get(f"{WORKFLOWS}/{flow}").json()["nodes"]
    shown = client.get(f"/api/jobs/{node['job_id']}").json()

    assert (shown["workflow_id"], shown["node_key"]) == (flow, "only")


def test_a_number_that_json_does_not_know_is_refused_also_beside_a_result_that_is_not_there_yet(client: TestClient):
    root = chain(job("a"), job("b", {"of": {"$result": "a"}, "score": float("nan")}))

    answer = client.post(WORKFLOWS, content=json.dumps({"name": "nightly", "root": root}), headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (422, "InvalidPayload")
    assert "value.score" in answer.text
    assert client.get(WORKFLOWS).json()["items"] == []


def test_the_list_is_narrowed_by_state_project_and_name(client: TestClient):
    first = submit(client, job("a"), project_id="acme")
    second = submit(client, job("a"))
    succeed(second, "a")

    def listed(**params: str) -> list[str]:
        return [one["id"] for one in client.get(WORKFLOWS, params=params).json()["items"]]

    assert listed() == [second, first]
    assert listed(state="running") == listed(project_id="acme") == listed(q=first) == [first]
    assert listed(q="NIGHT") == [second, first]
    page = client.get(WORKFLOWS, params={"limit": 1}).json()
    assert [one["id"] for one in page["items"]] == [second]
    assert listed(cursor=page["next_cursor"]) == [first]


def test_the_same_idempotency_key_leads_to_the_same_workflow(client: TestClient):
    first = submit(client, job("a"), idempotency_key="k")

    again = client.post(WORKFLOWS, json={"name": "nightly", "root": job("a"), "idempotency_key": "k"})
    other = client.post(WORKFLOWS, json={"name": "nightly", "root": job("b"), "idempotency_key": "k"})

    assert again.json() == {"workflow_id": first, "state": "running", "created": False}
    assert (other.status_code, other.json()["code"]) == (409, "KeyReused")


def test_cancel_ends_what_has_not_begun(client: TestClient):
    flow = submit(client, chain(*jobs_named("a", "b")))

    answer = client.post(f"{WORKFLOWS}/{flow}/cancel")

    assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")
    assert set(states(flow).values()) == {"cancelled"}
    again = client.post(f"{WORKFLOWS}/{flow}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "WorkflowEnded")


def test_retry_runs_again_what_did_not_succeed(client: TestClient):
    flow = submit(client, chain(*jobs_named("a", "b", "c")))
    early = client.post(f"{WORKFLOWS}/{flow}/retry")
    succeed(flow, "a")
    fail(flow, "b")

    answer = client.post(f"{WORKFLOWS}/{flow}/retry")

    assert (early.status_code, early.json()["code"]) == (409, "StillRunning")
    assert (answer.status_code, answer.json()["state"], answer.json()["failed"]) == (202, "running", 0)
    assert states(flow) == {"a": "succeeded", "b": "queued", "c": "waiting"}


def test_nodes_are_refused_with_their_place(client: TestClient):
    root = chain(job("a"), group({"type": "job", "task": "pong"}))

    answer = client.post(WORKFLOWS, json={"name": "nightly", "root": root})

    assert answer.status_code == 404
    assert "root.steps.1.members.0: There is no task 'pong'" in answer.json()["detail"]


def test_a_job_that_its_workflow_never_released_is_not_run_alone(client: TestClient):
    """Its payload still names results where values belong."""
    flow = submit(client, chain(job("a"), job("b", {"$result": "a"})))
    client.post(f"{WORKFLOWS}/{flow}/cancel")
    never_released, released = job_at(flow, "b").id, job_at(flow, "a").id

    answer = client.post(f"/api/jobs/{never_released}/retry")
    edited = client.post(f"/api/jobs/{never_released}/retry", json={"payload": {"value": 1}})
    many = client.post("/api/jobs/bulk", json={"action": "retry", "ids": [never_released, released]})

    assert (answer.status_code, answer.json()["code"]) == (409, "NeverReleased")
    assert answer.json()["detail"] == (
        f"The job never began its turn in the workflow {flow}, whose results it may need: retry the workflow instead."
    )
    assert edited.status_code == 202, edited.text
    told = {one["job_id"]: one for one in many.json()["items"]}
    assert told[never_released]["new_job_id"] is None
    assert told[released]["new_job_id"] is not None


def test_the_dead_letter_of_a_job_whose_references_failed_is_not_run_as_it_was_written(client: TestClient):
    flow = submit(client, chain(job("a"), job("b", {"$result": "a", "path": "no.such"})))
    succeed(flow, "a")
    failed = job_at(flow, "b").id
    assert states(flow)["b"] == "failed"

    answer = client.post(f"/api/dead-letters/{failed}/rerun")

    assert (answer.status_code, answer.json()["code"]) == (409, "NeverReleased")
    assert client.get(f"/api/dead-letters/{failed}").json()["state"] == "open"


def test_a_viewer_finds_no_secret_in_a_workflow(viewer: TestClient, client: TestClient):
    with known():
        again = login() | {"account": {"user": "ada", "password": {"$result": "a", "path": "cookie"}}}
        steps = [{"type": "job", "key": key, "task": "log_in"} for key in "ab"]
        flow = submit(client, chain(steps[0] | {"payload": login()}, steps[1] | {"payload": again}))
        succeed(flow, "a", result={"user": "ada", "cookie": "of-ada-5512"})
        addresses = [f"{WORKFLOWS}/{flow}", WORKFLOWS, *(f"/api/jobs/{job_at(flow, key).id}" for key in "ab")]

        answers = [viewer.get(address) for address in addresses]

        assert {answer.status_code for answer in answers} == {200}
        told = [answer.text for answer in answers]
        assert not any(secret in text for text in told for secret in (PASSWORD, KEY, "of-ada-5512"))
        assert viewer.post(f"{WORKFLOWS}/{flow}/retry").status_code == 403
