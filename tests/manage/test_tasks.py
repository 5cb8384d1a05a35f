"""`manage.py tasks`, as it is typed."""

import pytest

from tests.command_line import refused, said


@pytest.mark.usefixtures("sqlite_database")
def test_a_tasks_rate_is_set_lifted_and_left_to_its_contract_again():
    assert said("tasks", "limit", "ping", "--rate", "5/s").splitlines()[-1].split()[:3] == ["ping", "default", "5/s"]
    [listed] = [line for line in said("tasks").splitlines() if line.startswith("ping ")]
    assert listed.endswith("here")
    assert " none " in said("tasks", "limit", "ping", "--rate", "none")
    assert said("tasks", "limit", "ping", "--rate", "declared").endswith("by its contract")
    assert "change_task" in said("audit", "--target", "ping")
    assert "often" in refused("tasks", "limit", "ping", "--rate", "often")
    assert "'ping'" in refused("tasks", "limit", "pong", "--rate", "1/s")
