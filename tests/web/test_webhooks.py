"""Webhooks over HTTP: who may do what, and who sees what of an address."""

import pytest
from starlette.testclient import TestClient

from jobs import finish
from tests.jobs.running import claimed
from tests.web.audit.entries import entries
from tests.web.jobs_over_http import JOBS
from tests.webhooks.hooks import make_webhook, ping_calling, succeeds

HOOKS = "/api/webhooks"
URL = "https://hooks.example.com/services/secret-part?key=other-secret-part"
BODY = {"project_id": "acme", "url": URL, "events": ["failed", "succeeded"]}


def make(admin: TestClient, **changes: object) -> dict[str, str]:
    answer = admin.post(HOOKS, json=BODY | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, str] = answer.json()
    return made


def test_an_admin_adds_changes_and_deletes_one(admin: TestClient) -> None:
    made = make(admin)
    assert (made["url"], made["host"], made["events"]) == (URL, "hooks.example.com", ["failed", "succeeded"])
    where = f"{HOOKS}/{made['id']}"

    changed = admin.put(where, json={"url": "https://other.example/", "project_id": None, "active": False})

    assert (changed.status_code, changed.json()["host"], changed.json()["active"]) == (200, "other.example", False)
    assert changed.json()["events"] == ["cancelled", "failed", "succeeded"]
    assert admin.delete(where).status_code == 204
    assert admin.get(where).status_code == 404


def test_the_audit_log_tells_which_one_was_changed_and_how(admin: TestClient) -> None:
    made = make(admin)
    where = f"{HOOKS}/{made['id']}"
    admin.put(where, json=BODY | {"events": ["failed"]})
    admin.delete(where)
    admin.post("/api/job-webhooks/rotate", params={"project_id": "acme"})
    admin.get("/api/job-webhooks/secret")

    secret, rotated, deleted, changed, created = entries(admin)
    assert (secret["target"], rotated["target"]) == ("jobs without a project", "acme")
    assert {one["target"] for one in (deleted, changed, created)} == {made["id"]}
    told = {"project_id": "acme", "host": "hooks.example.com", "include_result": False, "active": True}
    both, one = told | {"events": ["failed", "succeeded"]}, told | {"events": ["failed"]}
    assert (created["detail"], changed["detail"], deleted["detail"]) == (
        {"now": both},
        {"was": both, "now": one},
        {"was": one},
    )


def test_others_see_the_host_and_no_more(admin: TestClient, client: TestClient, viewer: TestClient) -> None:
    made = make(admin)
    job_id = ping_calling(URL)
    succeeds(job_id)
    secret = admin.get(f"{HOOKS}/{made['id']}/secret").json()["secret"]

    for path in (HOOKS, f"{HOOKS}/{made['id']}/deliveries", f"{JOBS}/{job_id}", f"{JOBS}/{job_id}/webhooks"):
        text = viewer.get(path).raise_for_status().text
        assert "secret-part" not in text
        assert secret not in text
    assert viewer.get(f"{JOBS}/{job_id}").json()["webhook_host"] == "hooks.example.com"
    refused = [
        client.get(f"{HOOKS}/{made['id']}"),
        client.get(f"{HOOKS}/{made['id']}/secret"),
        client.put(f"{HOOKS}/{made['id']}", json=BODY),
        client.post(HOOKS, json=BODY),
        client.delete(f"{HOOKS}/{made['id']}"),
        viewer.post(f"{HOOKS}/{made['id']}/test"),
        viewer.get("/api/job-webhooks/secret"),
    ]
    assert {answer.status_code for answer in refused} == {403}


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://127.0.0.1:8000/"},
        {"url": "https://user:pass-word@example.com/"},
        {"url": "javascript:alert(1)"},
        {"url": "https://[::ffff:10.0.0.1]/"},
        {"events": []},
        {"events": ["started"]},
        {"project_id": ""},
    ],
)
def test_what_could_not_be_called_is_not_saved(admin: TestClient, change: dict[str, object]) -> None:
    answer = admin.post(HOOKS, json=BODY | change)

    assert (answer.status_code, answer.json()["errors"][0]["field"].split(".")[0]) == (422, next(iter(change)))
    assert "pass-word" not in answer.text


def test_an_order_names_an_address_and_a_retry_keeps_it(client: TestClient) -> None:
    order = {"task": "ping", "project_id": "acme", "webhook_url": URL}
    job_id = client.post(JOBS, json=order).raise_for_status().json()["job_id"]
    succeeds(job_id)
    again = client.post(f"{JOBS}/{job_id}/retry").raise_for_status().json()["job_id"]
    succeeds(again)
    batch = client.post(f"{JOBS}/batch", json={"jobs": [order, order | {"webhook_url": "https://10.0.0.1/"}]})

    for one in (job_id, again):
        [delivery] = client.get(f"{JOBS}/{one}/webhooks").json()["items"]
        assert (delivery["about_id"], delivery["webhook_id"]) == (one, None)
        assert (delivery["host"], delivery["state"], delivery["status"]) == ("hooks.example.com", "queued", None)
    assert (batch.status_code, batch.json()["errors"][0]["field"]) == (422, "jobs.1.webhook_url")


def test_an_agents_order_may_name_one_too(client: TestClient) -> None:
    body = {"project_id": "acme", "agent_name": "researcher", "context": "Acme sells roofs.", "webhook_url": URL}

    job_id = client.post("/api/agents", json=body).raise_for_status().json()["job_id"]

    job = client.get(f"{JOBS}/{job_id}").json()
    assert job["webhook_host"] == "hooks.example.com"
    assert "webhook_url" not in job["payload"]


def test_a_test_is_a_delivery_that_can_be_watched(client: TestClient) -> None:
    webhook = make_webhook()

    sent = client.post(f"{HOOKS}/{webhook}/test")

    [delivery] = client.get(f"{HOOKS}/{webhook}/deliveries").json()["items"]
    assert (sent.status_code, sent.json()["job_id"], delivery["about_id"]) == (202, delivery["job_id"], None)


def test_a_delivery_sent_again_by_hand_stays_on_record_with_the_others(client: TestClient) -> None:
    webhook, job_id = make_webhook(), ping_calling(None)
    succeeds(job_id)
    [first] = client.get(f"{JOBS}/{job_id}/webhooks").json()["items"]
    finish.succeed(first["job_id"], claimed(first["job_id"]).claim_id, {"status": 204})

    again = client.post(f"{JOBS}/{first['job_id']}/retry").raise_for_status().json()["job_id"]

    newest, earlier = client.get(f"{HOOKS}/{webhook}/deliveries").json()["items"]
    assert (newest["job_id"], newest["about_id"], newest["status"]) == (again, job_id, None)
    assert (earlier["job_id"], earlier["status"]) == (first["job_id"], 204)


@pytest.mark.parametrize("how", ["deactivated", "deleted"])
def test_what_waits_for_a_webhook_that_is_no_more_is_cancelled(admin: TestClient, how: str) -> None:
    webhook, job_id = make_webhook(), ping_calling(None)
    succeeds(job_id)
    [delivery] = admin.get(f"{JOBS}/{job_id}/webhooks").json()["items"]

    if how == "deleted":
        admin.delete(f"{HOOKS}/{webhook}").raise_for_status()
    else:
        admin.put(f"{HOOKS}/{webhook}", json=BODY | {"active": False}).raise_for_status()

    assert admin.get(f"{JOBS}/{delivery['job_id']}").json()["state"] == "cancelled"


def test_a_secret_is_the_same_each_time_until_it_is_rotated(admin: TestClient, client: TestClient) -> None:
    webhook = make_webhook()
    for secret, rotate, by in (
        (f"{HOOKS}/{webhook}/secret", f"{HOOKS}/{webhook}/rotate", admin),
        ("/api/job-webhooks/secret?project_id=acme", "/api/job-webhooks/rotate?project_id=acme", client),
    ):
        first = by.get(secret).json()
        assert first["secret"].startswith("whsec_")
        assert first == by.get(secret).json() == {"secret": first["secret"], "previous_until": None}
        rotated = admin.post(rotate).raise_for_status().json()
        assert rotated["secret"] != first["secret"]
        assert rotated["previous_until"] is not None
        assert by.get(secret).json() == rotated


def test_the_list_is_paged_and_by_project(admin: TestClient, viewer: TestClient) -> None:
    for project in ("acme", "other", None):
        make(admin, project_id=project)

    first = viewer.get(HOOKS, params={"limit": 2}).json()
    rest = viewer.get(HOOKS, params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [one["project_id"] for one in first["items"] + rest["items"]] == [None, "other", "acme"]
    assert [one["project_id"] for one in viewer.get(HOOKS, params={"project_id": "acme"}).json()["items"]] == ["acme"]
