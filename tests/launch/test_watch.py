import pytest

from launch.supervisor.control import ProgramState
from launch.watch import Watch

AGAIN = "worker ended by itself and runs again. See var/log/worker.log"
FAILS = "worker ended soon after its start. Each new try waits a second longer."


def watched(*seen: tuple[str, int]) -> None:
    watch = Watch()
    for state, pid in seen:
        watch.look([ProgramState("worker", state, pid)])


def test_a_restart_is_told_once(capsys):
    watched(("RUNNING", 10), ("RUNNING", 10), ("RUNNING", 11), ("RUNNING", 11))
    assert capsys.readouterr().out.count(AGAIN) == 1


def test_a_program_that_never_stays_up_is_told_once(capsys):
    watched(("STARTING", 10), ("BACKOFF", 0), ("STARTING", 11), ("BACKOFF", 0), ("STARTING", 12))
    said = capsys.readouterr().out
    assert (said.count(FAILS), said.count(AGAIN)) == (1, 0)


def test_an_early_death_is_told_and_that_it_runs_again_when_it_stays_up(capsys):
    watched(("STARTING", 10), ("BACKOFF", 0), ("STARTING", 11), ("RUNNING", 11), ("RUNNING", 11))
    said = capsys.readouterr().out
    assert (said.count(FAILS), said.count(AGAIN)) == (1, 1)


def test_a_late_death_is_told_as_soon_as_the_next_process_is_there(capsys):
    watched(("RUNNING", 10), ("STARTING", 11))
    assert AGAIN in capsys.readouterr().out


@pytest.mark.parametrize("first", ["STARTING", "RUNNING"])
def test_a_death_between_two_looks_is_told_once(capsys, first):
    watched((first, 10), ("STARTING", 11), ("STARTING", 11), ("RUNNING", 11))
    assert capsys.readouterr().out.count(AGAIN) == 1


def test_a_first_start_is_nothing_to_tell(capsys):
    watched(("STARTING", 10), ("STARTING", 10), ("RUNNING", 10))
    assert capsys.readouterr().out == ""
