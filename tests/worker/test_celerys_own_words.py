"""What is sent, revoked and left to expire by Celery's own commands and by foreign clients."""

from datetime import timedelta

import pytest

from core import clock
from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs_seen import outcomes_of, submit_ping, wait_until
from tests.worker.shell import ASKED, celery, python, revoke, wait_until_known

pytestmark = pytest.mark.integration


def test_a_revoked_id_that_comes_again_ends_as_cancelled(
    sqlite_database: str, broker: str, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Celery acknowledges it and does nothing: the next part of a job, or its next try, would never run nor end."""
    monkeypatch.setenv("SLIPWAY_SLICE_SECONDS", "3")
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=60)
    wait_until(job_id, JobState.RUNNING)

    python(f"from worker.celery_app import app; app.control.revoke({job_id!r})")

    job = wait_until(job_id, JobState.CANCELLED)
    assert (job.attempt, job.slices > 0) == (1, True)
    assert "Discarding revoked task" in worker.output


def test_a_job_called_by_celerys_own_command_line_shows_like_any_other(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker()

    job_id = celery("call", "ping", "--kwargs", '{"value": 7}')

    assert wait_until_known(job_id).result["value"] == 7


def test_a_foreign_message_with_a_bad_payload_is_on_record_as_failed(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker()

    job_id = celery("call", "ping", "--kwargs", '{"valve": 7}')

    job = wait_until_known(job_id)
    assert job.state == JobState.FAILED
    assert "valve" in job.error["message"]


def test_revoke_with_terminate_ends_running_waiting_and_delayed_jobs_as_cancelled(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1")
    running = submit_ping(sleep_s=600)
    wait_until(running, JobState.RUNNING)
    queued, scheduled = submit_ping(), submit_ping(due_at=clock.now() + timedelta(hours=1))

    revoke(queued, scheduled)
    celery("control", *ASKED, "revoke", running)
    revoke(running)

    for job_id in (running, queued, scheduled):
        wait_until(job_id, JobState.CANCELLED)
    assert [outcomes_of(one) for one in (running, queued, scheduled)] == [["cancelled"], [], []]


# As a client in another language may send it: `expires` in the headers, and no time to live for the broker to keep.
SEND_EXPIRED = """
from datetime import UTC, datetime
from worker.celery_app import app
message = app.amqp.as_task_v2("late", "ping", [], {}, expires=datetime(2020, 1, 1, tzinfo=UTC))
with app.producer_or_acquire() as producer:
    app.amqp.send_task_message(producer, "ping", message, queue="default")
"""


def test_expires_is_kept_in_the_row_whoever_sends_it(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    python(SEND_EXPIRED)
    in_time = celery("call", "ping", "--expires", "600")
    ours = python("from worker.tasks import ping; print(ping.apply_async(expires=0.001).id)")

    start_worker("-c", "1")

    jobs = [wait_until_known(one) for one in ("late", in_time, ours)]
    assert [one.state for one in jobs] == ["cancelled", "succeeded", "cancelled"]
    assert all(one.expires_at for one in jobs)
    assert [outcomes_of(one.id) for one in jobs] == [[], ["succeeded"], []]
