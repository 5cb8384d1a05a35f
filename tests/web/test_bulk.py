"""One action on many jobs, and what became of each of them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from jobs.finish import Failure, fail, succeed
from jobs.states import ErrorKind
from tests.jobs_seen import state_of
from tests.web.jobs_over_http import JOBS, begin, submit
from web.routes import bulk

BULK = "/api/jobs/bulk"


def act(client: TestClient, action: str, **more: Any) -> dict[str, Any]:
    answer = client.post(BULK, json={"action": action, **more})
    assert answer.status_code == 200, answer.text
    answered: dict[str, Any] = answer.json()
    return answered


def outcomes(answered: dict[str, Any]) -> dict[str, str]:
    return {item["job_id"]: item["outcome"] for item in answered["items"]}


def failed(client: TestClient, **more: Any) -> str:
    job_id = submit(client, **more)
    fail(job_id, begin(job_id), Failure(class_name="E", message="no", kind=ErrorKind.PERMANENT))
    return job_id


def test_those_that_are_named_are_cancelled_and_each_is_answered_for(client: TestClient):
    waiting, running, done = submit(client), submit(client), submit(client)
    begin(running)
    succeed(done, begin(done), 1)
    answered = act(client, "cancel", ids=[waiting, running, done, "nothing", waiting])
    assert outcomes(answered) == {waiting: "cancelled", running: "stopping", done: "refused", "nothing": "refused"}
    assert "succeeded" in next(item["detail"] for item in answered["items"] if item["job_id"] == done)
    again = outcomes(act(client, "cancel", ids=[waiting, running]))
    assert again == {waiting: "cancelled", running: "stopping"}
    assert (state_of(waiting), state_of(running)) == ("cancelled", "running")


def test_all_that_match_are_counted_first_and_then_cancelled_page_by_page(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    mine = {submit(client, project_id="acme") for _ in range(5)}
    ended, other = failed(client, project_id="acme"), submit(client, project_id="other")
    wanted = {"filter": {"project_id": "acme"}}
    assert act(client, "cancel", dry_run=True, **wanted) == {"matched": 5, "items": [], "next_cursor": None}
    cancelled: dict[str, str] = {}
    page = act(client, "cancel", **wanted)
    while cursor := page["next_cursor"]:
        cancelled |= outcomes(page)
        page = act(client, "cancel", cursor=cursor, **wanted)
    assert cancelled | outcomes(page) == dict.fromkeys(mine, "cancelled")
    assert (state_of(ended), state_of(other)) == ("failed", "queued")
    assert act(client, "cancel", dry_run=True, **wanted)["matched"] == 0


def test_jobs_are_retried_as_new_ones_and_with_a_key_only_once(client: TestClient):
    first, second, running = failed(client), failed(client), submit(client)
    answered = act(client, "retry", ids=[first, second, running, "nothing"], key="k-1")
    assert outcomes(answered) == {first: "retried", second: "retried", running: "refused", "nothing": "refused"}
    made = {item["job_id"]: item["new_job_id"] for item in answered["items"] if item["new_job_id"]}
    assert client.get(f"{JOBS}/{made[first]}").json()["retry_of"] == first
    assert client.get(JOBS, params={"retry_of": second}).json()["items"][0]["id"] == made[second]
    again = act(client, "retry", ids=[first, second], key="k-1")
    assert {item["job_id"]: item["new_job_id"] for item in again["items"]} == made


def test_one_that_is_refused_does_not_stop_its_neighbours(client: TestClient):
    first, second = failed(client, value="a"), failed(client, value="b")
    taken = {"task": "ping", "payload": {"value": "another"}, "idempotency_key": f"k-1:{first}"}
    assert client.post(JOBS, json=taken).status_code == 202
    assert outcomes(act(client, "retry", ids=[first, second], key="k-1")) == {first: "refused", second: "retried"}


def test_a_filter_for_states_that_the_action_is_not_for_finds_nothing(client: TestClient):
    failed(client)
    assert act(client, "cancel", filter={"state": ["failed"]})["items"] == []
    assert act(client, "cancel", filter={"state": ["failed"]}, dry_run=True)["matched"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"ids": []},
        {"ids": ["a"], "filter": {}},
        {"ids": ["a"] * 501},
        {"filter": {"states": ["failed"]}},
        {"filter": {}, "cursor": "nonsense"},
        {"ids": ["a"], "key": "not one word"},
    ],
)
def test_nonsense_is_refused(client: TestClient, wrong: dict[str, Any]):
    assert client.post(BULK, json={"action": "cancel", **wrong}).status_code == 422


def test_a_viewer_may_not(viewer: TestClient):
    assert viewer.post(BULK, json={"action": "cancel", "filter": {}}).status_code == 403
