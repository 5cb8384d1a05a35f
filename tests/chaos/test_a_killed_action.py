"""A web process is killed in the middle of an action; the audit log still says who had begun what."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit import AuditEntry
from core.db import reading
from tests.slipway import Slipway, running_slipway, use_slipway_settings
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos

BODY = b'{"name": "olga"}'


@pytest.fixture
def slipway(tmp_path: Path, sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slipway]:
    use_slipway_settings(monkeypatch)
    with running_slipway(tmp_path) as whole:
        yield whole


def results() -> list[tuple[str, str, int | None]]:
    with reading() as session:
        found = session.query(AuditEntry).filter_by(action="create_user", method="POST")
        return [(one.actor, one.result, one.status) for one in found]


def test_an_action_whose_process_was_killed_is_on_record_as_begun(slipway: Slipway) -> None:
    with socket.create_connection(("127.0.0.1", slipway.port)) as half_way:
        half_way.sendall(request(slipway, BODY)[:-1])  # the action waits for the rest
        wait_for(results, what="the entry")
        slipway.started[0].kill_main()

    slipway.start_web()
    assert results() == [("token:test", "begun", None)]
    assert [one["name"] for one in slipway.get("/api/users")["items"]] == ["admin"]
    [entry] = slipway.get("/api/audit", action="create_user", via="token")["items"]
    assert (entry["result"], entry["address"]) == ("begun", "127.0.0.1")


def request(slipway: Slipway, body: bytes) -> bytes:
    lines = [
        "POST /api/users HTTP/1.1",
        f"Host: 127.0.0.1:{slipway.port}",
        f"Authorization: Bearer {slipway.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
