"""POST /api/workers/{worker_id}/orders, and what is told about it."""

from starlette.testclient import TestClient

from jobs.workers.liveness import retire
from jobs.workers.orders import OrderOutcome, complete_order
from tests.jobs.running import set_worker, start_worker


def test_an_order_is_taken_stored_and_shown_at_the_worker(client: TestClient, viewer: TestClient, admin: TestClient):
    start_worker("w@host")
    answer = client.post("/api/workers/w@host/orders", json={"kind": "grow", "count": 2})
    assert (answer.status_code, answer.json()["kind"], answer.json()["count"]) == (202, "grow", 2)
    [shown] = viewer.get("/api/workers/w@host").json()["orders"]
    assert (shown["id"], shown["outcome"], shown["asked_by"]) == (answer.json()["id"], None, "token:test operator")
    complete_order(shown["id"], OrderOutcome.DONE, "It has 4 processes now.")
    [shown] = viewer.get("/api/workers/w@host").json()["orders"]
    assert (shown["outcome"], shown["result"]) == ("done", "It has 4 processes now.")
    [entry] = admin.get("/api/audit", params={"action": "order_worker"}).json()["items"]
    assert (entry["target"], entry["result"], entry["detail"]) == ("w@host", "ok", {"kind": "grow", "count": 2})


def test_a_viewer_orders_nothing(viewer: TestClient):
    start_worker("w@host")
    assert viewer.post("/api/workers/w@host/orders", json={"kind": "shutdown"}).status_code == 403


def test_a_worker_that_is_gone_and_a_pool_that_cannot_answer_409(client: TestClient):
    gone, threads = start_worker("gone@host"), start_worker("threads@host")
    retire(gone)
    set_worker(threads, pool="threads")
    for worker, says in (("gone@host", "is stopped"), ("threads@host", "start it again with another -c")):
        answer = client.post(f"/api/workers/{worker}/orders", json={"kind": "grow"})
        assert (answer.status_code, says in answer.json()["detail"]) == (409, True)


def test_nonsense_is_refused(client: TestClient):
    start_worker("w@host")
    for body in ({}, {"kind": "explode"}, {"kind": "grow", "count": -1}, {"kind": "grow", "counts": 1}):
        assert client.post("/api/workers/w@host/orders", json=body).status_code == 422
    assert client.post("/api/workers/nobody/orders", json={"kind": "quiet"}).status_code == 404
