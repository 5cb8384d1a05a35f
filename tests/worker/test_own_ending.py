"""A success is written whatever goes wrong around it."""

from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import OperationalError

from core.settings import get_settings
from jobs import finish, spill
from jobs.states import JobState
from tests.jobs_seen import job_of, submit_ping
from tests.worker.attempts import Run


def test_a_success_that_the_database_does_not_take_at_once_is_kept_for_the_main_process_meanwhile(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit_ping()
    real, kept_at_second_try = finish.succeed, []

    def away_once(on: str, claim_id: str, result: Any) -> None:
        kept_at_second_try.append(spill.kept(claim_id))
        if len(kept_at_second_try) == 1:
            raise OperationalError("COMMIT", {}, Exception("the database is away"))
        real(on, claim_id, result)

    monkeypatch.setattr(finish, "succeed", away_once)

    run(job_id, lambda _job, _payload: {"paid": True})

    assert [one and one.result for one in kept_at_second_try] == [None, {"paid": True}]
    assert job_of(job_id).state == JobState.SUCCEEDED
    assert list((get_settings().var_dir / "endings").iterdir()) == []


@pytest.mark.parametrize("name", ["keep", "drop"])
@pytest.mark.parametrize("fault", [OSError("no space left"), SoftTimeLimitExceeded()], ids=["disk full", "time limit"])
def test_a_success_that_cannot_be_kept_beside_the_database_is_no_failure(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, fault: Exception
) -> None:
    job_id = submit_ping()
    real, tries = finish.succeed, iter([OperationalError("COMMIT", {}, Exception("the database is away"))])

    def away_once(on: str, claim_id: str, result: Any) -> None:
        for error in tries:
            raise error
        real(on, claim_id, result)

    faults = iter([fault])

    def broken_once(*_values: object) -> None:
        for error in faults:
            raise error

    monkeypatch.setattr(finish, "succeed", away_once)
    monkeypatch.setattr(spill, name, broken_once)

    assert run(job_id, lambda _job, _payload: {"paid": True}) == {"paid": True}
    assert job_of(job_id).state == JobState.SUCCEEDED
