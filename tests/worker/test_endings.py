"""What a worker's main process writes for children that cannot: success first, and nothing twice."""

import pytest

from core.settings import get_settings
from jobs import finish, spill
from jobs.finish import Failure
from jobs.states import ErrorKind, JobState
from tests.jobs.running import claimed
from tests.jobs_seen import job_of, outcomes_of, submit_ping
from worker import endings

TIMEOUT = Failure(class_name="TimeLimitExceeded", message="300", kind=ErrorKind.TIMEOUT)


@pytest.fixture
def running(sqlite_database: str) -> tuple[str, str]:
    """A job and its claim."""
    job_id = submit_ping()
    return job_id, claimed(job_id).claim_id


def test_a_hard_limit_fails_a_job_that_was_still_at_work(running: tuple[str, str]) -> None:
    endings.failed(*running, TIMEOUT)

    assert job_of(running[0]).state == JobState.FAILED
    assert outcomes_of(running[0]) == ["timed_out"]


def test_a_hard_limit_that_strikes_while_a_success_waits_for_the_database_changes_nothing(
    running: tuple[str, str],
) -> None:
    spill.keep(running[1], {"paid": True})

    endings.failed(*running, TIMEOUT)

    assert job_of(running[0]).state == JobState.SUCCEEDED
    assert job_of(running[0]).result == {"paid": True}
    assert spill.kept(running[1]) is None


@pytest.mark.parametrize("ending", ["given_back", "lost"])
def test_a_process_that_dies_with_its_success_in_hand_is_not_run_again(running: tuple[str, str], ending: str) -> None:
    spill.keep(running[1], 7)

    if ending == "lost":
        endings.lost(*running, "killed")
    else:
        endings.given_back(*running)

    assert job_of(running[0]).result == 7


def test_whoever_finds_a_worker_dead_settles_first_what_it_could_not_write_any_more(running: tuple[str, str]) -> None:
    moved_on = submit_ping()
    superseded = claimed(moved_on).claim_id
    finish.lose(moved_on, superseded, "killed")
    for claim_id in (running[1], superseded):
        spill.keep(claim_id, {"paid": True})
    (get_settings().var_dir / "endings" / "0-lost-its-power.json").write_bytes(b"")

    spill.settle_kept()

    assert (job_of(running[0]).state, job_of(running[0]).result) == (JobState.SUCCEEDED, {"paid": True})
    assert job_of(moved_on).state == JobState.QUEUED
    assert spill.all_kept() == []


def test_a_success_that_came_too_late_is_not_kept_for_ever(running: tuple[str, str]) -> None:
    spill.keep(running[1], {"paid": True})
    finish.lose(*running, "frozen")

    endings.lost(*running, "killed")

    assert (job_of(running[0]).state, spill.all_kept()) == (JobState.QUEUED, [])


def test_what_is_kept_can_be_read_by_its_owner_only(running: tuple[str, str]) -> None:
    spill.keep(running[1], "private")

    assert (get_settings().var_dir / "endings").stat().st_mode & 0o077 == 0
