"""Time limits of one attempt, wherever they strike."""

from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from core.settings import get_settings
from jobs import finish
from jobs.handlers import RunningJob
from jobs.states import JobState
from tests.jobs_seen import job_of, outcomes_of, submit_ping
from tests.worker.attempts import Busy, Run, raising
from worker import attempt
from workloads.operations.contracts import PING, Ping


def test_a_time_limit_is_a_time_out_and_never_retried(run: Run) -> None:
    job_id = submit_ping()

    with pytest.raises(SoftTimeLimitExceeded):
        run(job_id, raising(SoftTimeLimitExceeded()))

    assert job_of(job_id).error["kind"] == "timeout"
    assert outcomes_of(job_id) == ["timed_out"]


def test_a_time_limit_that_a_library_made_another_error_of_is_a_time_out_still(run: Run) -> None:
    job_id = submit_ping()

    def wrapped(_job: RunningJob, _payload: Ping) -> None:
        try:
            raise SoftTimeLimitExceeded
        except Exception as error:
            raise Busy("no answer") from error

    with pytest.raises(Busy):
        run(job_id, wrapped)

    assert (job_of(job_id).state, job_of(job_id).error["kind"]) == (JobState.FAILED, "timeout")
    assert outcomes_of(job_id) == ["timed_out"]


def test_a_time_limit_that_strikes_while_the_end_is_announced_changes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit_ping()

    def strike_at_the_end(_kind: str, *, state: str, **_fields: object) -> None:
        if state == JobState.SUCCEEDED:
            raise SoftTimeLimitExceeded

    monkeypatch.setattr(attempt, "announce", strike_at_the_end)

    assert run(job_id, lambda _job, _payload: "done") == "done"
    assert job_of(job_id).state == JobState.SUCCEEDED


def test_a_slice_is_over_before_its_soft_limit_strikes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    run(submit_ping(), lambda job, _payload: seen.append(job.slice_seconds))
    monkeypatch.setenv("SLIPWAY_SLICE_SECONDS", "20")
    get_settings.cache_clear()
    run(submit_ping(), lambda job, _payload: seen.append(job.slice_seconds))

    assert seen == [PING.soft_time_limit * 0.75, 20]


def test_a_time_limit_that_strikes_while_a_success_is_written_changes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = submit_ping()
    real, struck = finish.succeed, []

    def strike_once(*values: Any) -> None:
        if not struck:
            struck.append(True)
            raise SoftTimeLimitExceeded
        real(*values)

    monkeypatch.setattr(finish, "succeed", strike_once)

    run(job_id, lambda _job, _payload: {"done": True})

    assert struck
    assert job_of(job_id).state == JobState.SUCCEEDED
