"""What lists of jobs carry: payloads and results may be 16 MiB each, and a page holds two hundred jobs."""

from random import Random
from typing import Any

import pytest
from starlette.testclient import TestClient

from core import clock
from core.db import reading
from jobs.listed import LONGEST, Values, values_of
from tests.jobs.rows import make_job

LONG = {"value": "x" * LONGEST}
SHORT = {"value": "short"}
LATER = {"state": "scheduled", "due_at": clock.now()}


def shown(client: TestClient, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return [
        {name: one[name] for name in ("id", "payload", "result", "omitted")} for one in reversed(answer.json()["items"])
    ]


@pytest.mark.parametrize("path", ["/api/jobs", "/api/jobs?q=x", "/api/jobs?state=succeeded&task=ping"])
def test_what_is_too_long_for_a_list_is_left_out_and_named(client: TestClient, path: str) -> None:
    first = make_job("succeeded", payload=LONG, result=["x"])
    second = make_job("succeeded", payload={"value": "x"}, result=LONG)
    assert shown(client, path) == [
        {"id": first, "payload": None, "result": ["x"], "omitted": ["payload"]},
        {"id": second, "payload": {"value": "x"}, "result": None, "omitted": ["result"]},
    ]
    whole = client.get(f"/api/jobs/{first}").json()
    assert (whole["payload"], whole["omitted"]) == (LONG, [])


def test_so_it_is_with_what_is_due_later(client: TestClient, viewer: TestClient) -> None:
    long, short = make_job(**LATER, payload=LONG), make_job(**LATER, payload=SHORT)
    assert {one["id"]: (one["payload"], one["omitted"]) for one in shown(viewer, "/api/scheduled")} == {
        long: (None, ["payload"]),
        short: (SHORT, []),
    }


def test_a_job_that_was_deleted_since_the_page_was_read_has_no_values(sqlite_database: str) -> None:
    there = make_job("succeeded", payload=SHORT, result=7)
    with reading() as session:
        assert values_of(session, [there, "gone"]) == {there: Values(SHORT, 7, [])}


CHANCE = Random(1)
JUST_SHORT_ENOUGH = {
    "text": "x" * (LONGEST - 2),
    "wide characters": "".join(chr(CHANCE.randrange(0x1F300, 0x1F600)) for _ in range(LONGEST - 2)),
    "numbers": [CHANCE.randrange(10) for _ in range(LONGEST // 3)],
}


@pytest.mark.parametrize("name", JUST_SHORT_ENOUGH)
def test_what_is_short_enough_is_shown_however_much_room_it_takes_on_disk(database: str, name: str) -> None:
    value = JUST_SHORT_ENOUGH[name]
    job_id = make_job("succeeded", payload=value, result=None)
    with reading() as session:
        assert values_of(session, [job_id]) == {job_id: Values(value, None, [])}


@pytest.mark.parametrize("value", ["x" * (LONGEST - 1), CHANCE.randbytes(20 * LONGEST).hex()], ids=["little", "much"])
def test_what_is_too_long_is_left_out_whether_that_is_by_little_or_by_much(database: str, value: str) -> None:
    job_id = make_job("succeeded", payload=value, result=value)
    with reading() as session:
        assert values_of(session, [job_id]) == {job_id: Values(None, None, ["payload", "result"])}
