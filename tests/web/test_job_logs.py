"""A job's log lines over HTTP: pages, both orders, levels, attempts."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from core import clock
from core.db import writing
from jobs.logs.models import write_lines
from tests.web.jobs_over_http import JOBS, begin, submit


@pytest.fixture
def job_id(client: TestClient) -> str:
    """Two attempts of five lines each; each fifth line is an error."""
    made = submit(client)
    begin(made)
    lines = [_line(made, attempt, number) for attempt in (1, 2) for number in range(1, 6)]
    with writing() as session:
        write_lines(session, lines)
        write_lines(session, lines)
    return made


def _line(job_id: str, attempt: int, number: int) -> dict[str, Any]:
    level = "error" if number == 5 else "info"
    told = {"level": level, "logger": "job", "message": f"{attempt}.{number}", "fields": {"n": number}}
    return {"job_id": job_id, "attempt": attempt, "number": number, "at": clock.now(), **told}


def messages(client: TestClient, job_id: str, **params: Any) -> tuple[list[str], str | None]:
    page = client.get(f"{JOBS}/{job_id}/logs", params=params).json()
    return [line["message"] for line in page["items"]], page["next_cursor"]


def test_lines_come_in_pages_in_both_orders(viewer: TestClient, job_id: str):
    first, cursor = messages(viewer, job_id, limit=6)
    rest, end = messages(viewer, job_id, limit=6, cursor=cursor)
    assert first + rest == [f"{attempt}.{number}" for attempt in (1, 2) for number in range(1, 6)]
    assert end is None
    newest, cursor = messages(viewer, job_id, order="newest", limit=3)
    assert newest == ["2.5", "2.4", "2.3"]
    assert messages(viewer, job_id, order="newest", limit=3, cursor=cursor)[0] == ["2.2", "2.1", "1.5"]


def test_lines_are_narrowed_by_attempt_and_by_least_level(viewer: TestClient, job_id: str):
    assert messages(viewer, job_id, attempt=2)[0] == [f"2.{number}" for number in range(1, 6)]
    assert messages(viewer, job_id, level="warning")[0] == ["1.5", "2.5"]
    assert messages(viewer, job_id, level="critical")[0] == []


def test_a_line_tells_who_said_it_when_and_with_what(viewer: TestClient, job_id: str):
    line = viewer.get(f"{JOBS}/{job_id}/logs").json()["items"][0]
    assert set(line) == {"attempt", "number", "at", "level", "logger", "message", "fields"}
    assert (line["logger"], line["level"], line["fields"]) == ("job", "info", {"n": 1})


@pytest.mark.parametrize(
    "wrong", [{"level": "loud"}, {"attempt": 0}, {"order": "random"}, {"cursor": "x"}, {"limit": 0}]
)
def test_nonsense_is_refused(viewer: TestClient, job_id: str, wrong: dict[str, Any]):
    assert viewer.get(f"{JOBS}/{job_id}/logs", params=wrong).status_code == 422


def test_an_unknown_job_has_no_lines(viewer: TestClient):
    assert viewer.get(f"{JOBS}/nothing/logs").status_code == 404
