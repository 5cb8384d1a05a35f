"""What goes up to Flower and what comes back, with something in Flower's place that keeps what it was asked."""

import base64

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from core.flower_credential import our_credential
from core.settings import get_settings
from tests.web.audit.entries import entries
from tests.web.conftest import Tokens
from tests.web.entry import OWN_SITE
from tests.web.flower.addresses import ATTACKS, GROW
from tests.web.flower.raw import ask_raw
from tests.web.flower.upstream import FlowersPlace, Told
from web.auth.roles import Role


def test_no_attack_reaches_flower(app: FastAPI, token: Tokens, flower: FlowersPlace) -> None:
    secret = token(Role.ADMIN)
    paths = [path for path in ATTACKS if path.startswith("/flower/")]
    answers = {path: ask_raw(app, path, token=secret, method=method) for path in paths for method in ("GET", "POST")}

    assert {path: one.status for path, one in answers.items() if one.status not in (400, 404, 422)} == {}
    assert flower.asked == []


def test_the_folder_is_where_its_links_count_from(viewer: TestClient, flower: FlowersPlace) -> None:
    answer = viewer.get("/flower", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/flower/")


def test_only_what_is_allowed_goes_up(browser: TestClient, flower: FlowersPlace) -> None:
    browser.cookies.set("user", "somebody", path="/flower")
    headers = {
        **OWN_SITE,
        "Origin": "http://localhost",
        "X-XSRFToken": "t",
        "X-Requested-With": "XMLHttpRequest",
        "X-Forwarded-For": "127.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=6.6.6.6",
        "X-Real-Ip": "6.6.6.6",
        "X-Scheme": "https",
        "X-Anything": "1",
        "Referer": "http://localhost/jobs/secret",
        "Range": "bytes=0-1",
        "Connection": "X-Anything",
        "Upgrade": "websocket",
    }

    answer = browser.post("/flower/tasks/datatable?x=%20y", content=b"draw=1", headers=headers)

    assert answer.status_code == 200, answer.text
    asked = flower.last
    assert (asked.method, asked.path, asked.body) == ("POST", "/flower/tasks/datatable?x=%20y", b"draw=1")
    credential = base64.b64encode(our_credential().encode()).decode()
    assert asked.header("authorization") == f"Basic {credential}"
    assert (asked.header("host"), asked.header("origin")) == ("localhost", "http://localhost")
    assert {name.lower() for name, _ in asked.headers} == {
        *("accept", "accept-encoding", "authorization", "content-length", "host", "origin", "sec-fetch-site"),
        *("user-agent", "x-requested-with", "x-xsrftoken"),
    }


def test_a_callers_own_token_does_not_go_up(viewer: TestClient, flower: FlowersPlace) -> None:
    viewer.get("/flower/workers")
    assert "slip_" not in str(flower.last.headers)


def test_the_host_goes_up_with_its_port(viewer: TestClient, flower: FlowersPlace) -> None:
    viewer.get("/flower/workers", headers={"Host": "localhost:8443"})
    assert flower.last.header("host") == "localhost:8443"


def test_a_credential_in_the_address_counts_instead_of_ours(
    viewer: TestClient, flower: FlowersPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWER_URL", flower.url.replace("http://", "http://me:p%40ss@"))
    get_settings.cache_clear()
    viewer.get("/flower/workers")
    assert flower.last.header("authorization") == "Basic " + base64.b64encode(b"me:p@ss").decode()


def test_only_what_is_allowed_comes_down(viewer: TestClient, flower: FlowersPlace) -> None:
    flower.told = Told(
        headers=[
            ("Content-Type", "application/json"),
            ("Server", "TornadoServer/6"),
            ("Set-Cookie", "_xsrf=1; Path=/"),
            ("WWW-Authenticate", "Basic"),
            ("Access-Control-Allow-Origin", "*"),
            ("X-Evil", "1"),
            ("Etag", '"e"'),
        ],
        body=b"{}",
    )
    answer = viewer.get("/flower/api/workers")

    assert answer.json() == {}
    assert answer.headers["etag"] == '"e"'
    assert answer.headers["cache-control"] == "no-store"
    refused = {"server", "set-cookie", "www-authenticate", "access-control-allow-origin", "x-evil"}
    assert refused & set(answer.headers) == set()


def test_static_files_may_be_kept(viewer: TestClient, flower: FlowersPlace) -> None:
    assert "max-age" in viewer.get("/flower/static/js/flower.js").headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("", "1000"), ("limit=5", "5"), ("limit=99999", "1000"), ("limit=x", "1000"), ("limit=5&limit=-1", "1000")],
)
def test_a_list_of_tasks_has_an_end(viewer: TestClient, flower: FlowersPlace, asked: str, sent: str) -> None:
    viewer.get(f"/flower/api/tasks?state=FAILURE&{asked}")
    assert flower.last.path == f"/flower/api/tasks?state=FAILURE&limit={sent}"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("50", "50"), ("100000", "1000"), ("-1", "1000"), ("1_000_000", "1000"), ("5&leng%74h=90000", "1000")],
)
def test_a_table_of_tasks_has_an_end(viewer: TestClient, flower: FlowersPlace, asked: str, sent: str) -> None:
    table, form = "/flower/tasks/datatable", {"Content-Type": "application/x-www-form-urlencoded"}
    viewer.post(table, content=f"draw=1&search%5Bvalue%5D=%E9&length={asked}", headers=form)
    assert flower.last.body == f"draw=1&search%5Bvalue%5D=%E9&length={sent}".encode()
    viewer.post(f"{table}?length={asked}", content=b"draw=1", headers=form)
    assert (flower.last.path, flower.last.body) == (f"{table}?length={sent}", b"draw=1")


def test_flower_reads_no_form_that_we_do_not_read(viewer: TestClient, client: TestClient, flower: FlowersPlace) -> None:
    for one, path in ((viewer, "/flower/tasks/datatable"), (client, GROW)):
        assert one.post(path, files={"length": (None, "90000"), "n": (None, "9")}).status_code == 415
    many = viewer.post("/flower/tasks/datatable", data={f"a{number}": "" for number in range(1_001)})
    assert (many.status_code, flower.asked) == (400, [])


def test_a_head_is_answered_without_a_body(viewer: TestClient, flower: FlowersPlace) -> None:
    answer = viewer.head("/flower/workers")
    assert (answer.status_code, answer.content, flower.last.method) == (200, b"", "GET")


def test_a_viewer_may_not_act_and_an_operator_may(viewer: TestClient, client: TestClient, flower: FlowersPlace) -> None:
    refused = viewer.post(GROW, data={"n": 1})
    assert (refused.status_code, refused.json()["code"], flower.asked) == (403, "Forbidden", [])

    assert client.post(GROW, data={"n": 1}).status_code == 200
    assert flower.last.body == b"n=1"


def test_the_audit_log_tells_what_was_done_to_which_worker(
    client: TestClient, admin: TestClient, flower: FlowersPlace
) -> None:
    client.post(f"{GROW}?n=1&token=secret", data={"n": 2, "password": "secret"})
    client.post("/flower/api/task/revoke/0-1", data={"terminate": "true", "signal": "S" * 200})
    client.post(GROW, content=b"&".join([b"n=1"] * 5_000))

    assert [(one["target"], one["detail"]) for one in entries(admin)] == [
        ("api/worker/pool/grow/w@h", None),
        ("api/task/revoke/0-1", {"terminate": "true", "signal": "S" * 100}),
        ("api/worker/pool/grow/w@h", {"n": "2"}),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:9"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_act_for_somebody_who_is_signed_in(
    browser: TestClient, flower: FlowersPlace, headers: dict[str, str]
) -> None:
    answer = browser.post(GROW, data={"n": 1}, headers=headers)
    assert (answer.status_code, answer.json()["code"], flower.asked) == (403, "ForeignOrigin", [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_do_not_reach_flower(client: TestClient, flower: FlowersPlace, method: str) -> None:
    assert client.request(method, "/flower/workers").status_code == 405
    assert flower.asked == []


def test_a_body_that_is_too_large_does_not_reach_flower(client: TestClient, flower: FlowersPlace) -> None:
    assert client.post(GROW, content=b"x" * (1024 * 1024 + 1)).status_code == 413
    assert flower.asked == []


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example/", "/api/tokens", "/flower/../x", "x"])
def test_flower_cannot_send_anybody_away(viewer: TestClient, flower: FlowersPlace, place: str) -> None:
    flower.told = Told(302, [("Location", place)])
    assert "location" not in viewer.get("/flower/workers", follow_redirects=False).headers
