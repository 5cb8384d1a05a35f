"""Saved views: one's own, those that are shared, and who may change them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from jobs.views import MOST_OF_ONE_OWNER

VIEWS = "/api/views"
SEARCH = {"state": ["failed"], "task": "ping", "columns": ["state", "task", "error"]}


def save(client: TestClient, name: str = "failed pings", **more: Any) -> dict[str, Any]:
    answer = client.post(VIEWS, json={"name": name, "search": SEARCH, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def names(client: TestClient) -> list[str]:
    return [view["name"] for view in client.get(VIEWS).json()["items"]]


def test_a_view_is_kept_and_seen_by_its_owner_alone(client: TestClient, viewer: TestClient):
    view = save(viewer)
    assert (view["mine"], view["may_change"], view["shared"]) == (True, True, False)
    assert view["search"] == {"queue": None, "project_id": None, "q": None, **SEARCH}
    assert (names(viewer), names(client)) == (["failed pings"], [])
    assert client.delete(f"{VIEWS}/{view['id']}").status_code == 404


def test_an_operator_shares_a_view_and_a_viewer_may_not(client: TestClient, viewer: TestClient):
    view = save(client, shared=True)
    [seen] = viewer.get(VIEWS).json()["items"]
    assert (seen["id"], seen["mine"], seen["may_change"]) == (view["id"], False, False)
    assert viewer.post(VIEWS, json={"name": "x", "search": {}, "shared": True}).status_code == 403
    assert viewer.delete(f"{VIEWS}/{view['id']}").status_code == 403
    mine = save(viewer)
    assert viewer.put(f"{VIEWS}/{mine['id']}", json={"name": "x", "search": {}, "shared": True}).status_code == 403


def test_its_owner_changes_and_deletes_it_and_an_admin_the_shared_ones(client: TestClient, admin: TestClient):
    view = save(client, shared=True)
    changed = admin.put(f"{VIEWS}/{view['id']}", json={"name": "All of them", "search": {}, "shared": True}).json()
    assert (changed["name"], changed["search"]["state"], changed["owner_name"]) == (
        "All of them",
        [],
        "token:test operator",
    )
    assert client.delete(f"{VIEWS}/{view['id']}").status_code == 204
    assert client.delete(f"{VIEWS}/{view['id']}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\x00b"},
        {"search": {"state": ["asleep"]}},
        {"search": {"columns": ["payload"]}},
        {"search": {"sort": "x"}},
        {"search": {"q": "x" * 201}},
        {"owner": "me"},
    ],
)
def test_nonsense_is_refused(viewer: TestClient, wrong: dict[str, Any]):
    assert viewer.post(VIEWS, json={"name": "x", "search": {}, **wrong}).status_code == 422


def test_nobody_keeps_views_without_end(viewer: TestClient):
    for number in range(MOST_OF_ONE_OWNER):
        save(viewer, name=str(number))
    assert viewer.post(VIEWS, json={"name": "one more", "search": {}}).status_code == 409


def test_a_person_has_views_too(browser: TestClient):
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert browser.post(VIEWS, json={"name": "mine", "search": {}}, headers=headers).status_code == 201
    assert names(browser) == ["mine"]
