"""A pool of threads: nobody can be killed there, so a job stops at its own checkpoint, or with the whole process."""

import pytest

from jobs.states import JobState
from launch.broker import PrivateBroker
from tests.conftest import StartWorker
from tests.dispatching import dispatcher
from tests.jobs.running import sleep_no_more
from tests.jobs_seen import job_of, outcomes_of, submit_ping, wait_until, wait_until_ended
from tests.worker.shell import revoke

pytestmark = pytest.mark.integration

THREADS = ("-P", "threads", "-c", "2")


def test_revoking_on_threads_ends_jobs_as_cancelled_and_harms_no_neighbour(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker(*THREADS)
    running, neighbour = submit_ping(sleep_s=60), submit_ping(sleep_s=20)
    wait_until(running, JobState.RUNNING)
    wait_until(neighbour, JobState.RUNNING)
    waiting = submit_ping()

    revoke(running, waiting)

    wait_until(waiting, JobState.CANCELLED)
    wait_until(running, JobState.CANCELLED)
    wait_until(neighbour, JobState.SUCCEEDED, timeout=60)
    assert [outcomes_of(one) for one in (waiting, running, neighbour)] == [[], ["cancelled"], ["succeeded"]]
    worker.wait_for_output("this pool enforces no time limit")


def test_sigterm_gives_the_jobs_of_threads_back_with_the_end_of_their_process(
    sqlite_database: str, broker: str, start_worker: StartWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_SOFT_SHUTDOWN_SECONDS", "1")
    monkeypatch.setenv("REMAP_SIGTERM", "SIGQUIT")
    first = start_worker(*THREADS, name="first@localhost")
    jobs = [submit_ping(sleep_s=600) for _ in range(2)]
    for job_id in jobs:
        wait_until(job_id, JobState.RUNNING)
        sleep_no_more(job_id)

    assert first.terminate() == 0
    start_worker(*THREADS, name="second@localhost")

    assert wait_until_ended() == {JobState.SUCCEEDED: 2}
    assert [outcomes_of(one) for one in jobs] == [["given_back", "succeeded"]] * 2
    assert [job_of(one).lost for one in jobs] == [0, 0]


def test_a_broker_that_was_away_makes_no_job_on_threads_run_twice(
    sqlite_database: str, broker_of_its_own: PrivateBroker, start_worker: StartWorker
) -> None:
    worker = start_worker(*THREADS)
    with dispatcher():
        jobs = [submit_ping(sleep_s=12) for _ in range(2)]
        for job_id in jobs:
            wait_until(job_id, JobState.RUNNING)

        broker_of_its_own.kill()
        broker_of_its_own.start()

        assert wait_until_ended(timeout=90) == {JobState.SUCCEEDED: 2}
        worker.wait_for_output("delivery dropped")
    assert [outcomes_of(one) for one in jobs] == [["succeeded"]] * 2
