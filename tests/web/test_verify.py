"""What nginx is told when it asks whether a request may go on to Flower."""

import pytest
from starlette.testclient import TestClient

from tests.web.audit.entries import entries

VERIFY = "/api/auth/verify"
GROW = "/flower/api/worker/pool/grow/celery%40host"


def asked(client: TestClient, method: str = "GET", uri: str = "/flower/workers", **headers: str) -> int:
    original = {"X-Original-Method": method, "X-Original-URI": uri, "X-Original-Upgrade": ""}
    sent = original | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(VERIFY, headers=sent).status_code


def test_who_may_is_named(browser: TestClient):
    answer = browser.get(VERIFY, headers={"X-Original-Method": "GET", "X-Original-URI": "/flower/tasks?limit=1"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (answer.headers["X-Slipway-User"], answer.headers["X-Slipway-Role"]) == ("admin", "admin")


def test_a_name_of_any_characters_is_escaped(admin: TestClient):
    made = admin.post("/api/tokens", json={"name": "ünï\r\nX-Slipway-Role: x", "role": "viewer"}).json()["token"]
    headers = {"X-Original-Method": "GET", "X-Original-URI": "/flower/", "Authorization": f"Bearer {made}"}
    answer = admin.get(VERIFY, headers=headers)
    assert answer.headers["X-Slipway-User"] == "token:%C3%BCn%C3%AF%0D%0AX-Slipway-Role: x"
    assert answer.headers["X-Slipway-Role"] == "viewer"


def test_a_stranger_is_refused(anonymous: TestClient):
    assert asked(anonymous) == 401


def test_a_viewer_reads_and_loads_the_table_of_tasks_and_changes_nothing(viewer: TestClient, client: TestClient):
    assert [asked(viewer, uri=uri) for uri in ("/flower/", "/flower/worker/celery%40host")] == [204, 204]
    assert asked(viewer, "POST", "/flower/tasks/datatable") == 204
    assert (asked(viewer, "POST", GROW), asked(client, "POST", GROW)) == (403, 204)


def test_what_changes_something_with_a_cookie_needs_proof_of_its_origin(browser: TestClient):
    uri = "/flower/tasks/datatable"
    assert asked(browser, "POST", uri) == 403
    assert asked(browser, "POST", uri, Sec_Fetch_Site="cross-site") == 403
    assert asked(browser, "POST", uri, Origin="http://evil.example") == 403
    assert asked(browser, "POST", uri, Sec_Fetch_Site="same-origin") == 204


def test_a_websocket_is_no_harmless_get(browser: TestClient):
    upgrade = {"X_Original_Upgrade": "websocket"}
    assert asked(browser, **upgrade) == 403
    assert asked(browser, Origin="http://evil.example", **upgrade) == 403
    assert asked(browser, Origin="http://localhost", **upgrade) == 204


def test_what_is_done_through_another_proxy_is_in_the_audit_log(
    client: TestClient, viewer: TestClient, admin: TestClient
):
    asked(client, "POST", "/flower/tasks/datatable")
    asked(client, "GET", "/flower/workers")
    asked(client, "POST", GROW)
    asked(viewer, "POST", GROW)
    refused, passed_on = entries(admin, action="flower")
    assert (passed_on["result"], refused["result"], refused["status"]) == ("begun", "refused", 403)
    assert passed_on["target"] == refused["target"] == "api/worker/pool/grow/celery@host"


def test_a_token_needs_no_proof(client: TestClient):
    assert asked(client, "POST", "/flower/tasks/datatable", Origin="http://evil.example") == 204


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "flower/",
        "http://evil.example/flower/",
        "//flower/",
        "/flower//workers",
        "/flower/../api/jobs",
        "/flower/./workers",
        "/flower/%2e%2e/api",
        "/flower/..%2f..%2fsecret",
        "/flower/%252e%252e/x",
        "/flower/..\\x",
        "/flower/..%5cx",
        "/flower/%0d%0aX: y",
        "/flower/%ff",
        "/flower/a;b",
        "/elsewhere",
    ],
)
def test_an_address_that_two_readers_may_read_differently_is_refused(admin: TestClient, uri: str):
    assert asked(admin, uri=uri) == 403


@pytest.mark.parametrize("method", ["", "DELETE", "PUT", "OPTIONS", "TRACE", "get"])
def test_flower_is_read_and_posted_to_and_nothing_else(admin: TestClient, method: str):
    assert asked(admin, method) == 403


def test_without_the_headers_of_nginx_nothing_is_let_through(admin: TestClient):
    assert admin.get(VERIFY).status_code == 403


def test_an_address_of_ours_needs_what_it_needs_anyway(viewer: TestClient, client: TestClient):
    assert [asked(one, "POST", "/api/jobs") for one in (viewer, client)] == [403, 204]
