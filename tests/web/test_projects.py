"""The projects that jobs belong to."""

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from core.db import reading
from tests.web.jobs_over_http import submit

PROJECTS = "/api/projects"


def listed(client: TestClient, **params: object) -> list[str]:
    return [one["id"] for one in client.get(PROJECTS, params=params).json()["items"]]


def test_each_project_is_listed_once_in_order(client: TestClient, viewer: TestClient):
    assert listed(viewer) == []
    submit(client)
    for project in ("zeta", "acme", "zeta", "Beta 100%"):
        submit(client, project_id=project)
    assert sorted(listed(viewer)) == ["Beta 100%", "acme", "zeta"]
    assert listed(viewer, q="ET") == listed(viewer, q="et")
    assert listed(viewer, q="0%") == ["Beta 100%"]
    assert len(listed(viewer, limit=2)) == 2


def test_the_index_is_asked_and_not_the_table(sqlite_database: str, monkeypatch: pytest.MonkeyPatch):
    with reading() as session:
        plan = session.execute(text("EXPLAIN QUERY PLAN SELECT min(project_id) FROM jobs WHERE project_id > 'a'"))
        assert "COVERING INDEX ix_jobs_project" in " ".join(str(row) for row in plan)
