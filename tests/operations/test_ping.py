"""`ping` answers, fails as often as told, and can be stopped while it sleeps."""

from typing import Any

import pytest

from core.contracts import InvalidPayload
from jobs.claim import Superseded
from jobs.finish import give_back
from jobs.retry import FLOOR, delay_for
from tests.agents.work import claimed, make_job, run
from workloads.operations.contracts import PING
from workloads.operations.tasks import AskedToFail, ping

pytestmark = pytest.mark.usefixtures("sqlite_database")


def make_ping(**payload: Any) -> str:
    return make_job(PING, **payload)


def test_a_ping_answers_with_its_value() -> None:
    assert run(claimed(make_ping(value={"a": [1]})), ping) == {"status": "pong", "value": {"a": [1]}, "attempt": 1}


def test_it_fails_as_often_as_it_is_told_and_each_failure_may_be_tried_again() -> None:
    job = claimed(make_ping(fail_times=2))

    for job.retries in (0, 1):
        with pytest.raises(AskedToFail) as raised:
            run(job, ping)
        assert delay_for(ping.retry, raised.value, job.retries) == FLOOR
    job.retries = 2
    assert run(job, ping)["status"] == "pong"


def test_a_sleeping_ping_notices_that_it_is_not_wanted_any_more() -> None:
    job = claimed(make_ping(sleep_s=60))
    give_back(job.id, job.claim_id)

    with pytest.raises(Superseded):
        run(job, ping)


@pytest.mark.parametrize("payload", [{"sleep_s": -1}, {"sleep_s": 3_601}, {"sleep_s": float("nan")}, {"valeu": 1}])
def test_a_wrong_payload_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        PING.parse(payload)
