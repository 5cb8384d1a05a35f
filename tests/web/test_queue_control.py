"""Operators pause, drain, limit and purge queues, and limit tasks; everybody sees it, and why a job is held."""

from starlette.testclient import TestClient

from jobs.dispatch.rounds import dispatch_once
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs.rows import make_jobs
from tests.jobs_seen import states
from tests.web.audit.entries import entries
from tests.web.jobs_over_http import submit

QUEUE = "/api/queues/default"


def test_a_pause_is_seen_with_who_and_why_until_it_is_resumed(client: TestClient):
    job_id = submit(client)

    paused = client.post(f"{QUEUE}/pause", json={"reason": "provider down"}).json()

    assert (paused["state"], paused["reason"], paused["held_jobs"]) == ("paused", "provider down", 1)
    assert paused["held"] == {"by": "paused", "until": None}
    assert client.get(f"/api/jobs/{job_id}").json()["held"] == {"by": "paused", "until": None}
    [alert] = [one for one in client.get("/api/alerts").json()["items"] if one["id"].startswith("held:")]
    assert alert["message"] == "default is paused (provider down), and 1 job waits."

    resumed = client.post(f"{QUEUE}/resume").json()
    assert (resumed["state"], resumed["paused_by"], resumed["held"]) == ("open", None, None)
    assert client.get(f"/api/jobs/{job_id}").json()["held"] is None


def test_a_drain_says_how_much_is_left(client: TestClient):
    submit(client)
    dispatch_once(FakePublisher())

    drained = client.post(f"{QUEUE}/drain").json()

    assert (drained["state"], drained["in_flight"]) == ("draining", 1)


def test_limits_are_changed_one_by_one(client: TestClient):
    client.patch(QUEUE, json={"concurrency_limit": 2, "rate_limit": "10/m"})
    changed = client.patch(QUEUE, json={"concurrency_limit": None}).json()

    assert (changed["concurrency_limit"], changed["rate_limit"]) == (None, "10/m")


def test_a_rate_says_when_the_next_job_goes(client: TestClient):
    client.patch(QUEUE, json={"rate_limit": "1/h"})
    _, second = submit(client), submit(client)
    dispatch_once(FakePublisher())

    held = client.get(f"/api/jobs/{second}").json()["held"]

    assert held["by"] == "rate"
    assert held["until"] > client.get(f"/api/jobs/{second}").json()["created_at"]


def test_what_is_wrong_is_refused_in_a_sentence(client: TestClient):
    unknown = client.post("/api/queues/defualt/pause")
    assert (unknown.status_code, "'default'" in unknown.json()["detail"]) == (404, True)
    dead = client.post("/api/queues/dead_letter_queue/pause")
    assert (dead.status_code, dead.json()["code"]) == (422, "HoldsNoJobs")
    rate = client.patch(QUEUE, json={"rate_limit": "often"})
    assert (rate.status_code, "10/m" in rate.json()["detail"]) == (422, True)
    assert client.patch(QUEUE, json={"concurrency_limit": 0}).status_code == 422
    assert client.patch("/api/tasks/pong", json={"rate_limit": "1/s"}).status_code == 404


def test_a_task_is_limited_lifted_and_left_to_its_contract(client: TestClient):
    limited = client.patch("/api/tasks/ping", json={"rate_limit": "10/m"}).json()
    assert (limited["rate_limit"], limited["declared_rate_limit"], limited["rate_limit_override"]) == (
        "10/m",
        None,
        "10/m",
    )
    assert client.patch("/api/tasks/ping", json={"rate_limit": "none"}).json()["rate_limit"] is None
    client.patch("/api/tasks/ping", json={"rate_limit": None})
    assert client.get("/api/tasks/ping").json()["rate_limit_override"] is None


def test_a_purge_needs_the_name_and_the_count(client: TestClient):
    make_jobs(30, "queued")
    assert client.get(f"{QUEUE}/waiting").json() == {"waiting": 30}
    order = {"confirm": "default", "expected": 30, "reason": "wrong model"}

    assert client.post(f"{QUEUE}/purge", json=order | {"confirm": "normal"}).status_code == 422
    changed = client.post(f"{QUEUE}/purge", json=order | {"expected": 3})
    assert (changed.status_code, "30 jobs" in changed.json()["detail"]) == (409, True)

    done = client.post(f"{QUEUE}/purge", json=order).json()
    assert (done, dict(states())) == ({"cancelled": 30, "left": 0, "messages": None}, {"cancelled": 30})


def test_all_of_it_is_in_the_audit_log(client: TestClient, admin: TestClient):
    client.post(f"{QUEUE}/pause", json={"reason": "provider down"})
    client.patch(QUEUE, json={"rate_limit": "10/m"})
    client.post(f"{QUEUE}/purge", json={"confirm": "default", "expected": 0})
    client.post(f"{QUEUE}/resume")

    told = [(one["action"], one["detail"]) for one in entries(admin, target="default")]

    assert [action for action, _ in told] == ["resume_queue", "purge_queue", "change_queue", "pause_queue"]
    assert told[3][1] == {"reason": "provider down"}
    assert told[2][1] == {"limits": {"rate_limit": "10/m"}}
    assert told[1][1]["cancelled"] == 0


def test_viewers_look_and_touch_nothing(viewer: TestClient):
    assert viewer.get(f"{QUEUE}/waiting").status_code == 200
    for path in ("pause", "drain", "resume", "purge"):
        assert viewer.post(f"{QUEUE}/{path}", json={}).status_code == 403
    assert viewer.patch(QUEUE, json={}).status_code == 403
