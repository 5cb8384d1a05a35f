"""Who is alive, who is dead, and what becomes of the jobs of the dead."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from core.db import writing
from jobs import finish
from jobs.cancel import cancel
from jobs.claim import Superseded
from jobs.spill import keep
from jobs.states import JobState, Outcome
from jobs.workers import liveness
from jobs.workers.liveness import DEAD_AFTER, WorkerDescription, reap, register, renew, retire
from tests.jobs.running import at_once, claimed, set_worker, start_worker, wait_for_a_blocked_write, worker_of
from tests.jobs_seen import job_of, outcomes_of, state_of, submit_ping

SILENT = {"seen_at": datetime.now(UTC) - DEAD_AFTER - timedelta(seconds=5)}


@pytest.fixture
def ended_process() -> int:
    """The pid of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_live_worker_is_left_alone(database: str) -> None:
    job_id = submit_ping()
    claimed(job_id)

    assert reap() == []
    assert state_of(job_id) == "running"


def test_a_worker_that_was_silent_too_long_is_dead_and_its_job_runs_again(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    claimed(job_id, worker_id)
    set_worker(worker_id, **SILENT)

    assert reap() == [job_id]

    job = job_of(job_id)
    assert (job.state, job.dispatch, job.lost) == (JobState.QUEUED, 2, 1)
    assert outcomes_of(job_id) == ["lost"]
    assert worker_of(worker_id).ending == "dead"


def test_who_had_to_wait_for_the_database_takes_nobodys_silence_for_death(
    database: str, ended_process: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "LONG_WAIT", -1.0)
    silent, gone = submit_ping(), submit_ping()
    for job_id, worker_id, known in ((silent, start_worker(), SILENT), (gone, start_worker(), {"pid": ended_process})):
        claimed(job_id, worker_id)
        set_worker(worker_id, **known)

    assert reap() == [gone]


def test_a_worker_whose_process_is_gone_is_dead_at_once(database: str, ended_process: int) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    claimed(job_id, worker_id)
    set_worker(worker_id, pid=ended_process)

    assert reap() == [job_id]


def test_a_pid_that_another_process_has_now_does_not_keep_a_worker_alive(sqlite_database: str) -> None:
    worker_id = start_worker()
    set_worker(worker_id, process_started="long ago")

    reap()

    assert worker_of(worker_id).ending == "dead"


def test_a_worker_on_another_machine_is_judged_by_its_silence_alone(sqlite_database: str, ended_process: int) -> None:
    worker_id = start_worker()
    set_worker(worker_id, machine="elsewhere", pid=ended_process, process_started="then")

    reap()

    assert worker_of(worker_id).ended_at is None


def test_a_clock_that_is_set_while_a_worker_runs_does_not_make_it_dead(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_id = start_worker()
    boot_time = psutil.boot_time()
    monkeypatch.setattr(psutil._psplatform, "boot_time", lambda: boot_time + 30)

    reap()

    assert worker_of(worker_id).ended_at is None


def test_a_worker_started_again_under_its_name_gets_the_jobs_of_its_former_self_going(
    database: str, ended_process: int
) -> None:
    job_id, former = submit_ping(), start_worker("worker@host")
    claimed(job_id, former)
    set_worker(former, pid=ended_process)

    present = start_worker("worker@host")
    reap()

    assert state_of(job_id) == "queued"
    assert (worker_of(former).ending, worker_of(present).ending) == ("dead", None)


def test_two_live_workers_of_one_name_leave_each_other_alone(sqlite_database: str) -> None:
    first, second = start_worker("worker@host"), start_worker("worker@host")

    reap()

    assert worker_of(first).ended_at is worker_of(second).ended_at is None


def test_renewing_keeps_a_worker_alive(sqlite_database: str) -> None:
    worker_id = start_worker()
    set_worker(worker_id, **SILENT)

    assert renew(worker_id)

    assert reap() == []
    assert worker_of(worker_id).ended_at is None


def test_a_worker_that_was_declared_dead_must_register_again(sqlite_database: str) -> None:
    frozen = start_worker()
    set_worker(frozen, **SILENT)
    reap()

    assert not renew(frozen)

    awake = start_worker()
    assert renew(awake)
    assert claimed(submit_ping(), awake).attempt == 1


def test_a_worker_that_wakes_from_a_freeze_finds_its_writes_refused(database: str) -> None:
    job_id, frozen = submit_ping(), start_worker()
    held = claimed(job_id, frozen)
    set_worker(frozen, **SILENT)
    reap()

    with pytest.raises(Superseded):
        finish.succeed(job_id, held.claim_id, "late")

    assert state_of(job_id) == "queued"


def test_many_reapers_at_once_lose_a_job_once(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    claimed(job_id, worker_id)
    set_worker(worker_id, **SILENT)

    found = at_once(lambda _: reap(), 6)

    assert sorted(map(len, found)) == [0] * 5 + [1]
    assert (job_of(job_id).lost, job_of(job_id).dispatch) == (1, 2)


def test_a_job_claimed_in_the_moment_its_worker_died_is_found_as_well(sqlite_database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    claimed(job_id, worker_id)
    set_worker(worker_id, ended_at=datetime.now(UTC), ending="dead")

    assert reap() == [job_id]


def test_a_dead_workers_job_that_was_asked_to_stop_is_cancelled(database: str) -> None:
    job_id, worker_id = submit_ping(), start_worker()
    claimed(job_id, worker_id)
    with writing() as session:
        cancel(session, job_id, by="a test")
    set_worker(worker_id, **SILENT)

    reap()

    assert (state_of(job_id), outcomes_of(job_id)) == ("cancelled", ["cancelled"])


def test_a_worker_that_stops_in_order_gives_its_jobs_back(database: str) -> None:
    worker_id = start_worker()
    jobs = [submit_ping() for _ in range(2)]
    for job_id in jobs:
        claimed(job_id, worker_id)

    assert retire(worker_id) == 2

    assert [(job_of(one).state, job_of(one).lost) for one in jobs] == [("queued", 0), ("queued", 0)]
    assert [outcomes_of(one) for one in jobs] == [["given_back"], ["given_back"]]
    assert worker_of(worker_id).ending == "stopped"


def test_retiring_twice_gives_back_once(sqlite_database: str) -> None:
    worker_id = start_worker()
    claimed(submit_ping(), worker_id)

    assert [retire(worker_id), retire(worker_id)] == [1, 0]


def test_a_success_that_could_not_be_stored_yet_is_not_given_back_by_a_worker_that_retires(database: str) -> None:
    worker_id = start_worker()
    done, begun = claimed(submit_ping(), worker_id), claimed(submit_ping(), worker_id)
    keep(done.claim_id, {"value": 7})

    assert retire(worker_id) == 1

    assert (job_of(done.job_id).state, job_of(done.job_id).result) == (JobState.SUCCEEDED, {"value": 7})
    assert state_of(begun.job_id) == JobState.QUEUED


def test_a_job_that_ends_while_its_worker_retires_keeps_the_others_from_nothing(postgresql_database: str) -> None:
    worker_id = start_worker()
    ending, other = submit_ping(), submit_ping()
    held = claimed(ending, worker_id)
    claimed(other, worker_id)

    with writing() as session:
        finish._leave(session, ending, held.claim_id, Outcome.SUCCEEDED, state=JobState.SUCCEEDED)
        retiring = threading.Thread(target=retire, args=(worker_id,))
        retiring.start()
        wait_for_a_blocked_write()
    retiring.join()

    assert (state_of(ending), state_of(other)) == ("succeeded", "queued")
    assert worker_of(worker_id).ending == "stopped"


def test_registering_again_makes_a_new_incarnation(sqlite_database: str) -> None:
    description = WorkerDescription(name="worker@host", queues=["default"], concurrency=None, pool=None)

    assert register(description) != register(description)
