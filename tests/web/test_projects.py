"""The projects that jobs belong to."""

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from core.db import reading
from jobs import projects
from jobs.projects import projects_named
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


def test_a_text_is_looked_for_in_so_many_names_and_no_more(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(projects, "MOST_LOOKS", 2)
    for project in "abc":
        submit(client, project_id=project)
    assert (listed(client, q="b"), listed(client, q="c")) == (["b"], [])


@pytest.mark.parametrize("wanted", [None, "acme"])
def test_the_index_is_asked_and_not_the_table(sqlite_database: str, wanted: str | None):
    with reading() as session:
        query = projects_named(wanted).limit(50).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}".replace(":", "\\:")))]
    asked = [line for line in plan if "jobs" in line]
    assert len(asked) == 2
    assert all("COVERING INDEX ix_jobs_project" in line for line in asked), plan
