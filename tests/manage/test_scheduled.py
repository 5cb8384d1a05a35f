"""`manage.py scheduled`, as it is typed."""

from datetime import timedelta

import pytest

from core import clock
from tests.command_line import refused, said
from tests.jobs_seen import state_of, submit_ping


@pytest.mark.usefixtures("sqlite_database")
def test_what_is_due_later_is_listed_let_run_and_cancelled() -> None:
    first = submit_ping(due_at=clock.now() + timedelta(hours=3, seconds=30))
    second = submit_ping(due_at=clock.now() + timedelta(days=3, seconds=30))

    lines = said("scheduled", "list").splitlines()[1:]
    assert [line.split()[-1] for line in lines] == [first, second]
    assert " 3 h " in lines[0]

    said("scheduled", "run-now", first)
    assert " now " in said("scheduled", "list").splitlines()[1]
    assert said("scheduled", "cancel", second) == "The job is cancelled."
    assert state_of(second) == "cancelled"
    assert "this one is cancelled" in refused("scheduled", "run-now", second)
    assert [line.split()[-2] for line in said("audit", "--action", "run_job_now").splitlines()[1:]] == ["refused", "ok"]
