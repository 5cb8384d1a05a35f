"""GET /api/about."""

import pytest
from starlette.testclient import TestClient

from core.schema import head_revision
from core.version import VERSION
from tests.waiting import wait_for
from web import broker_watch


def test_it_tells_versions_and_no_secret(viewer: TestClient, database: str):
    about = viewer.get("/api/about").json()
    assert (about["version"], about["auth_mode"], about["broker"]) == (VERSION, "basic", None)
    assert database.startswith(about["database"]["kind"].lower())
    assert about["database"]["schema_revision"] == about["database"]["newest_revision"] == head_revision()
    assert all(about[name] for name in ("python", "celery", "broker_profile", "llm_provider"))


def test_a_broker_says_what_it_is(viewer: TestClient, broker: str):
    told = wait_for(lambda: viewer.get("/api/about").json()["broker"], what="the broker to answer")
    assert told["product"] == "RabbitMQ"


def test_asking_again_opens_no_connection_of_its_own(viewer: TestClient, broker: str, monkeypatch: pytest.MonkeyPatch):
    wait_for(lambda: viewer.get("/api/about").json()["broker"], what="the broker to answer")
    monkeypatch.setattr(broker_watch, "connect", pytest.fail)
    assert viewer.get("/api/about").json()["broker"]["product"] == "RabbitMQ"
