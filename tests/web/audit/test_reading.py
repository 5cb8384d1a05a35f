"""GET /api/audit: who may, filters, pages."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from core import clock
from core.audit import AuditEntry, Deed, Result, record
from core.db import writing
from tests.web.audit.entries import entries


@pytest.fixture(autouse=True)
def some_entries(anonymous: TestClient) -> None:
    """Five of them, an hour apart, the newest now."""
    deeds = [
        (Deed(actor="olga", via="session", action="cancel_job", target="j1", address="192.0.2.1"), Result.OK),
        (Deed(actor="olga", via="oauth", action="cancel_job", target="j2"), Result.REFUSED),
        (Deed(actor="ned", via="session", action="remove_user", target="olga"), Result.FAILED),
        (Deed(actor="token:ci", via="token", action="retry_job", target="j1"), Result.OK),
        (Deed(actor="ned", via="proxy", action="change_role", target="50%_off"), Result.BEGUN),
    ]
    with writing() as session:
        session.query(AuditEntry).delete()
        for age, (deed, result) in enumerate(reversed(deeds)):
            entry_id = record(session, deed, result, detail={"was": "viewer"} if age == 0 else None)
            session.query(AuditEntry).filter_by(id=entry_id).update({"at": clock.now() - timedelta(hours=age)})


def targets(admin: TestClient, **wanted: object) -> list[str]:
    return [one["target"] for one in entries(admin, **wanted)]


def test_the_newest_comes_first(admin: TestClient):
    assert targets(admin) == ["50%_off", "j1", "olga", "j2", "j1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"actor": "olga"}, ["j2", "j1"]),
        ({"action": "cancel_job"}, ["j2", "j1"]),
        ({"target": "j1"}, ["j1", "j1"]),
        ({"via": ["oauth", "proxy"]}, ["50%_off", "j2"]),
        ({"result": ["failed", "begun"]}, ["50%_off", "olga"]),
        ({"actor": "olga", "result": "ok"}, ["j1"]),
        ({"q": "OLGA"}, ["olga", "j2", "j1"]),
        ({"q": "192.0.2"}, ["j1"]),
        ({"q": "%_"}, ["50%_off"]),
        ({"q": "viewer"}, ["50%_off"]),
    ],
)
def test_it_is_narrowed(admin: TestClient, wanted: dict[str, object], found: list[str]):
    assert targets(admin, **wanted) == found


def test_a_span_of_time(admin: TestClient):
    since, until = (clock.now() - timedelta(hours=hours) for hours in (2.5, 0.5))
    assert targets(admin, since=since.isoformat(), until=until.isoformat()) == ["j1", "olga"]


def test_pages_follow_each_other(admin: TestClient):
    first = admin.get("/api/audit", params={"limit": 2}).json()
    second = admin.get("/api/audit", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [one["target"] for one in first["items"] + second["items"]] == ["50%_off", "j1", "olga", "j2", "j1"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("wanted", [{"via": "magic"}, {"result": "good"}, {"since": "2026-01-01"}, {"cursor": "x"}])
def test_nonsense_is_refused(admin: TestClient, wanted: dict[str, str]):
    assert admin.get("/api/audit", params=wanted).status_code == 422


def test_it_is_for_admins(client: TestClient, viewer: TestClient):
    assert [one.get("/api/audit").status_code for one in (client, viewer)] == [403, 403]
