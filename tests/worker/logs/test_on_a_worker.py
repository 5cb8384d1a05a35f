"""Log lines out of a real worker's children, also of one that was killed."""

import pytest

from tests.conftest import StartWorker
from tests.jobs.running import sleep_no_more
from tests.jobs_seen import job_of, lines_of, submit_ping, wait_until, wait_until_ended
from tests.waiting import wait_for

pytestmark = pytest.mark.integration


def messages_of(job_id: str, attempt: int = 1) -> list[str]:
    return [line.message for line in lines_of(job_id) if line.attempt == attempt]


def test_children_write_what_their_jobs_say_while_others_write_too(
    database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "4")

    jobs = [submit_ping(sleep_s=0.3, log_lines=50) for _ in range(20)]

    wait_until_ended()
    assert [job_of(one).state for one in jobs] == ["succeeded"] * 20
    assert all(messages_of(one) == [f"line {number} of 50" for number in range(1, 51)] for one in jobs)


def test_what_was_written_before_a_kill_is_there_and_the_next_attempt_has_its_own(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    worker = start_worker("-c", "1")
    job_id = submit_ping(sleep_s=600, log_lines=10)
    wait_for(lambda: messages_of(job_id), what="the first lines")
    sleep_no_more(job_id)

    worker.kill_child()

    wait_until(job_id, "succeeded")
    assert messages_of(job_id)[0] == "line 1 of 10"
    assert len(messages_of(job_id, attempt=2)) == 10
