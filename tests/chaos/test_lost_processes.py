"""Processes are killed, frozen and unplugged; no job is lost and none runs twice at once."""

import os
import signal
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from core import clock
from core.db import reading, writing
from jobs import spill
from jobs.cancel import cancel
from jobs.dispatch.publisher import Publisher
from jobs.models import WorkerIncarnation
from jobs.states import JobState
from jobs.workers.liveness import DEAD_AFTER
from launch.broker import PrivateBroker
from tests.chaos.locks import away, unwritable
from tests.conftest import StartWorker
from tests.dispatching import dispatcher, taken_here
from tests.freezing import a_minute_passes, freeze, wake
from tests.held import holding_pings, let_go
from tests.jobs.dead_letters.letters import letter_of
from tests.jobs.running import set_row, sleep_no_more
from tests.jobs_seen import job_of, outcomes_of, submit_ping, wait_until, wait_until_ended
from tests.waiting import wait_for

pytestmark = pytest.mark.chaos


def test_a_killed_child_runs_again_once_and_both_attempts_are_on_record(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=600)
    wait_until(job_id, JobState.RUNNING)
    sleep_no_more(job_id)

    os.kill(worker.child_running(), signal.SIGKILL)

    job = wait_until(job_id, JobState.SUCCEEDED)
    assert outcomes_of(job_id) == ["lost", "succeeded"]
    assert (job.attempt, job.lost) == (2, 1)


def test_a_job_that_kills_its_process_each_time_is_given_up_and_the_worker_lives_on(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=60)

    for attempt in (1, 2, 3):
        wait_for(partial(is_in_attempt, job_id, attempt), what=f"attempt {attempt}")
        os.kill(worker.child_running(), signal.SIGKILL)

    job = wait_until(job_id, JobState.FAILED)
    assert job.error["kind"] == "poison"
    assert outcomes_of(job_id) == ["lost", "lost", "lost"]
    assert (letter_of(job_id).cause, letter_of(job_id).state) == ("poison", "open")
    wait_until(submit_ping(), JobState.SUCCEEDED)


def is_in_attempt(job_id: str, attempt: int) -> bool:
    job = job_of(job_id)
    return job.attempt == attempt and job.state == JobState.RUNNING


def test_a_job_of_a_killed_worker_runs_on_another_within_a_minute(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    first = start_worker("-c", "1", name="first@localhost")
    job_id = submit_ping(sleep_s=600)
    wait_until(job_id, JobState.RUNNING)
    sleep_no_more(job_id)

    first.kill_main()
    start_worker("-c", "1", name="second@localhost")

    wait_until(job_id, JobState.SUCCEEDED, timeout=60)
    assert outcomes_of(job_id) == ["lost", "succeeded"]


def test_a_job_of_a_killed_worker_runs_at_once_when_it_is_restarted_under_its_name(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    first = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=600)
    wait_until(job_id, JobState.RUNNING)
    sleep_no_more(job_id)
    first.kill_main()

    start_worker("-c", "1")

    wait_until(job_id, JobState.SUCCEEDED, timeout=DEAD_AFTER.total_seconds() - 10)
    assert outcomes_of(job_id) == ["lost", "succeeded"]


def test_a_frozen_worker_that_wakes_finds_its_writes_refused(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    frozen = start_worker("-c", "1", name="frozen@localhost")
    job_id = submit_ping(sleep_s=8)
    begun = wait_until(job_id, JobState.RUNNING).started_at
    child = frozen.child_running()
    freeze(frozen.pid, child)
    set_row(job_id, payload={"sleep_s": 3})

    a_minute_passes("frozen@localhost")
    start_worker("-c", "1", name="awake@localhost")
    wait_for(lambda: job_of(job_id).attempt == 2, what="the second attempt")
    wait_for(lambda: clock.now() - begun > timedelta(seconds=8), what="the first attempt's work to be over")
    # One after the other: the main process, once awake, soon ends a child whose job is no longer its own.
    wake(child)
    frozen.wait_for_output("superseded")
    wake(frozen.pid)
    frozen.wait_for_output("registering again")

    wait_until(job_id, JobState.SUCCEEDED)
    assert outcomes_of(job_id) == ["lost", "succeeded"]


def test_a_job_that_ignores_its_cancel_is_stopped_by_its_worker(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=600)
    wait_until(job_id, JobState.RUNNING)
    freeze(worker.child_running())

    with writing() as session:
        cancel(session, job_id, by="a test")

    wait_until(job_id, JobState.CANCELLED)
    assert outcomes_of(job_id) == ["cancelled"]


def test_a_database_that_is_away_at_claim_loses_nothing(database: str, broker: str, start_worker: StartWorker) -> None:
    worker = start_worker("-c", "1")
    publisher, taken = Publisher("test"), taken_here()
    publisher.open()
    with away(database):
        publisher.publish([taken])
        worker.wait_for_output("database in trouble")
        ten_seconds()
    publisher.close()

    wait_until(taken.job_id, JobState.SUCCEEDED)
    assert outcomes_of(taken.job_id) == ["succeeded"]


def test_a_database_that_is_away_at_finish_turns_no_success_into_a_failure(
    database: str, broker: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = start_worker("-c", "1", app=holding_pings(tmp_path, monkeypatch))
    job_id = submit_ping()
    wait_until(job_id, JobState.RUNNING)

    with unwritable(database):
        let_go()
        worker.wait_for_output('"what": "success"')
        ten_seconds()

    wait_until(job_id, JobState.SUCCEEDED)
    assert outcomes_of(job_id) == ["succeeded"]


def test_a_worker_killed_with_a_success_that_the_database_did_not_take_has_not_worked_in_vain(
    database: str, broker: str, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = start_worker("-c", "1", app=holding_pings(tmp_path, monkeypatch))
    job_id = submit_ping()
    wait_until(job_id, JobState.RUNNING)

    with unwritable(database):
        let_go()
        wait_for(spill.all_kept, what="the success to be kept")
        worker.kill_main()
    with dispatcher():
        wait_until(job_id, JobState.SUCCEEDED)
        wait_for(lambda: spill.all_kept() == [], what="what was kept to be dropped")

    assert outcomes_of(job_id) == ["succeeded"]


def ten_seconds() -> None:
    """The length of the absence is what these tests are about."""
    threading.Event().wait(10)


def test_a_broker_killed_under_running_jobs_loses_none_and_interrupts_none(
    sqlite_database: str, broker_of_its_own: PrivateBroker, start_worker: StartWorker
) -> None:
    start_worker("-c", "2")
    with dispatcher():
        long_ones = [submit_ping(sleep_s=15) for _ in range(2)]
        short_ones = [submit_ping(sleep_s=0.5) for _ in range(10)]
        for job_id in long_ones:
            wait_until(job_id, JobState.RUNNING)

        broker_of_its_own.kill()
        broker_of_its_own.start()

        assert wait_until_ended(timeout=120) == {JobState.SUCCEEDED: 12}
    assert [outcomes_of(job_id) for job_id in (*long_ones, *short_ones)] == [["succeeded"]] * 12


def test_a_worker_that_stops_says_so_and_leaves_no_process_behind(
    sqlite_database: str, broker: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = start_worker("-c", "2")
    children = worker.children()

    status = worker.terminate()

    assert status == 0
    wait_for(lambda: not any(child.is_running() for child in children), what="the children to end")
    with reading() as session:
        assert session.scalars(select(WorkerIncarnation.ending)).all() == ["stopped"]
