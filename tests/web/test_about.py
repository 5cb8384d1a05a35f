"""GET /api/about."""

from starlette.testclient import TestClient

from core.schema import head_revision
from core.version import VERSION


def test_it_tells_versions_and_no_secret(viewer: TestClient, database: str):
    about = viewer.get("/api/about").json()
    assert (about["version"], about["auth_mode"], about["broker"]) == (VERSION, "basic", None)
    assert database.startswith(about["database"]["kind"].lower())
    assert about["database"]["schema_revision"] == about["database"]["newest_revision"] == head_revision()
    assert all(about[name] for name in ("python", "celery", "broker_profile", "llm_provider"))


def test_a_broker_says_what_it_is(viewer: TestClient, broker: str):
    about = viewer.get("/api/about").json()
    assert about["broker"]["product"] == "RabbitMQ"
