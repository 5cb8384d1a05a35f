"""Every unsafe request of somebody who is known leaves one entry; what is left out is listed and justified."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.web.audit.entries import entries, only
from tests.web.conftest import Tokens
from tests.web.entry import OWN_SITE, PASSWORD, local_client
from tests.web.paths import filled
from web.audit.watch import ON_THE_JOB, READS
from web.auth.origin import SAFE_METHODS
from web.auth.roles import Role
from web.auth.table import PUBLIC, TABLE

UNSAFE = [row for row, access in TABLE.items() if row[0] not in SAFE_METHODS and access != PUBLIC]


def of_actor(admin: TestClient, actor: str) -> list[tuple[str, str]]:
    return [(one["method"], one["route"]) for one in reversed(entries(admin, actor=actor))]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_every_unsafe_route_leaves_one_entry(role: Role, admin: TestClient, app: FastAPI, token: Tokens):
    """Most are refused here: by the door, for an empty body, or because there is no such thing."""
    client = local_client(app, token(role))
    wanted = []
    for method, path in UNSAFE:
        answer = client.request(method, filled(path))
        on_the_job = (method, path) in ON_THE_JOB and answer.status_code != 403
        if not on_the_job and filled(path) not in READS:
            wanted.append((method, path))
            newest = entries(admin, actor=f"token:test {role}", limit=1)[0]
            assert newest["status"] == answer.status_code, (method, path)
            assert newest["result"] == ("ok" if answer.status_code < 400 else "refused")
    assert of_actor(admin, f"token:test {role}") == wanted


def test_what_is_recorded_on_the_job_instead_is_a_submission(admin: TestClient, client: TestClient):
    job_id = client.post("/api/jobs", json={"task": "ping"}).json()["job_id"]
    batch = client.post("/api/jobs/batch", json={"jobs": [{"task": "ping"}]}).json()["items"][0]["job_id"]
    started = client.post("/api/agents", json={"project_id": "p", "agent_name": "researcher", "context": "x"}).json()
    jobs = [client.get(f"/api/jobs/{one}").json() for one in (job_id, batch, started["job_id"])]
    assert {one["submitted_by"] for one in jobs} == {"token:test operator"}
    assert entries(admin, actor="token:test operator") == []


def test_what_a_person_submits_is_recorded_as_well(admin: TestClient, browser: TestClient):
    made = browser.post("/api/jobs", json={"task": "ping"}, headers=OWN_SITE).json()
    entry = only(admin, action="submit_job")
    assert (entry["actor"], entry["via"], entry["target"]) == ("admin", "session", made["job_id"])
    assert entry["detail"] == {"task": "ping"}


def test_what_a_person_could_not_submit_is_recorded_with_the_reason(admin: TestClient, browser: TestClient):
    for payload in ({"value": 1}, {"value": 2}):
        order = {"task": "ping", "payload": payload, "idempotency_key": "the same"}
        answer = browser.post("/api/jobs", json=order, headers=OWN_SITE)
    assert (answer.status_code, answer.json()["code"]) == (409, "KeyReused")
    newest = entries(admin, action="submit_job")[0]
    assert (newest["result"], newest["status"], newest["detail"]) == ("refused", 409, {"code": "KeyReused"})


def test_an_entry_says_who_what_on_what_from_where_and_how_it_ended(admin: TestClient, client: TestClient):
    job_id = client.post("/api/jobs", json={"task": "ping"}).json()["job_id"]
    client.post(f"/api/jobs/{job_id}/cancel")
    entry = only(admin, action="cancel_job")
    told = {key: entry[key] for key in entry if key not in ("id", "at")}
    assert told == {
        "actor": "token:test operator",
        "via": "token",
        "action": "cancel_job",
        "method": "POST",
        "route": "/api/jobs/{job_id}/cancel",
        "target": job_id,
        "address": "127.0.0.1",
        "result": "ok",
        "status": 202,
        "detail": {"task": "ping", "state": "cancelled"},
    }


def test_one_action_on_many_jobs_says_by_what_they_were_chosen_and_how_many_ended_how(
    admin: TestClient, client: TestClient
):
    job_ids = [client.post("/api/jobs", json={"task": "ping", "project_id": "acme"}).json()["job_id"] for _ in range(3)]
    wanted = {"action": "cancel", "filter": {"project_id": "acme"}}
    client.post("/api/jobs/bulk", json=wanted | {"dry_run": True})
    client.post("/api/jobs/bulk", json=wanted)
    client.post("/api/jobs/bulk", json={"action": "retry", "ids": [job_ids[0], "nothing"]})
    retried, cancelled, counted = [one["detail"] for one in entries(admin, action="act_on_many_jobs")]
    by_project = {"does": "cancel", "filter": {"project_id": "acme"}}
    assert counted == {"dry_run": True, "matched": 3, **by_project}
    assert set(cancelled.pop("jobs")) == set(job_ids)
    assert cancelled == {"outcomes": {"cancelled": 3}, **by_project}
    assert retried == {"does": "retry", "jobs": [job_ids[0], "nothing"], "outcomes": {"retried": 1, "refused": 1}}


def test_a_saved_view_is_told_before_and_after(admin: TestClient, client: TestClient):
    order = {"name": "failed", "search": {"state": ["failed"]}, "shared": True}
    path = f"/api/views/{client.post('/api/views', json=order).json()['id']}"
    admin.put(path, json=order | {"name": "all", "search": {}})
    client.delete(path)
    found = [(one["action"], one["detail"]) for one in reversed(entries(admin)) if one["target"] == path.split("/")[-1]]
    names = [(action, *(detail.get(when, {}).get("name") for when in ("was", "now"))) for action, detail in found]
    assert names == [
        ("create_view", None, "failed"),
        ("replace_view", "failed", "all"),
        ("delete_view", "all", None),
    ]
    assert found[0][1]["now"]["search"]["state"] == ["failed"]


def test_a_refusal_says_why(admin: TestClient, client: TestClient, viewer: TestClient, browser: TestClient):
    client.post("/api/jobs/nothing/cancel")
    viewer.post("/api/jobs/nothing/cancel")
    browser.post("/api/jobs/nothing/cancel", headers={"Origin": "https://elsewhere.example"})
    found = [(one["actor"], one["status"], one["detail"]) for one in entries(admin, action="cancel_job")]
    assert found == [
        ("admin", 403, {"code": "ForeignOrigin"}),
        ("token:test viewer", 403, {"code": "Forbidden"}),
        ("token:test operator", 404, {"code": "UnknownJob"}),
    ]


def test_an_address_where_nothing_is_recorded_as_it_was_asked_for(admin: TestClient, client: TestClient):
    assert client.post("/api/nothing%20here").status_code == 404
    assert client.put("/api/jobs/slip_abcdefghijklmnop").status_code == 405
    found = [(one["action"], one["target"], one["status"]) for one in entries(admin)]
    assert found == [("unknown", "/api/jobs/slip_•••", 405), ("unknown", "/api/nothing here", 404)]


def test_reading_leaves_nothing(admin: TestClient, client: TestClient):
    for path in ("/api/jobs", "/api/auth/me", "/api/audit", "/api/nothing"):
        client.get(path)
    assert entries(admin) == []


def test_who_is_not_known_leaves_nothing_but_attempts_to_sign_in(admin: TestClient, anonymous: TestClient):
    for method, path in UNSAFE:
        anonymous.request(method, filled(path))
    assert entries(admin) == []


def test_signing_in_and_out(admin: TestClient, browser: TestClient):
    browser.post("/api/auth/logout", headers=OWN_SITE)
    found = [(one["actor"], one["action"], one["status"], one["address"]) for one in entries(admin)]
    assert found == [("admin", "sign_out", 204, "127.0.0.1"), ("admin", "sign_in", 200, "127.0.0.1")]


def test_a_failed_sign_in_tells_the_name_and_never_the_password(admin: TestClient, anonymous: TestClient):
    guess: dict[str, Any] = {"username": " Olga ", "password": "a guess that is wrong"}
    anonymous.post("/api/auth/login", json=guess)
    anonymous.post("/api/auth/login", json={"username": "My Passw0rd!", "password": "olga"})
    answer = admin.get("/api/audit", params={"action": "sign_in", "result": "refused"})
    found = [(one["actor"], one["target"], one["status"], one["detail"]) for one in answer.json()["items"]]
    why = {"code": "WrongCredentials"}
    assert found == [("anonymous", "(not a user's name)", 401, why), ("anonymous", "olga", 401, why)]
    assert "guess" not in answer.text
    assert "passw0rd" not in answer.text.lower()


def test_a_new_token_is_named_and_not_shown(admin: TestClient):
    made = admin.post("/api/tokens", json={"name": "ci", "role": "viewer"}).json()
    entry = only(admin, action="create_token")
    assert (entry["target"], entry["detail"]) == (made["id"], {"name": "ci", "role": "viewer"})


def test_the_first_user_is_made_by_the_system(admin: TestClient, monkeypatch: pytest.MonkeyPatch):
    entry = only(admin, via="system")
    assert (entry["actor"], entry["action"], entry["target"]) == ("system", "create_user", "admin")
    assert PASSWORD not in str(entry)
