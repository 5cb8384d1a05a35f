"""The audit log, as an admin reads it."""

from typing import Any

from starlette.testclient import TestClient


def entries(admin: TestClient, **wanted: Any) -> list[dict[str, Any]]:
    """Newest first; without the first user's, which every test has."""
    answer = admin.get("/api/audit", params={"limit": 200} | wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return [one for one in found if one["via"] != "system" or "via" in wanted]


def only(admin: TestClient, **wanted: Any) -> dict[str, Any]:
    [entry] = entries(admin, **wanted)
    return entry
