"""The web process stops or dies in the middle of a submit: what it promised holds."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.chaos.locks import locked
from tests.slipway import Slipway, running_slipway, use_slipway_settings

pytestmark = pytest.mark.chaos

ORDER = {"task": "ping", "payload": {"value": "x"}, "idempotency_key": "order-17"}


@pytest.fixture
def slipway(tmp_path: Path, sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slipway]:
    use_slipway_settings(monkeypatch)
    with running_slipway(tmp_path) as whole:
        yield whole


def test_a_submit_that_a_stopping_server_could_not_store_is_refused_with_a_sentence(
    slipway: Slipway, sqlite_database: str
) -> None:
    web = slipway.started[0]
    with ThreadPoolExecutor(1) as pool, locked(sqlite_database):
        asking = pool.submit(slipway.client.post, "/api/jobs", json=ORDER)
        web.wait_for_output("database in trouble")
        web.signal(signal.SIGTERM)
        answer = asking.result(60)

    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "StoppedMeanwhile"
