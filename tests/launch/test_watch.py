from launch.supervisor.control import ProgramState
from launch.watch import Watch


def test_a_restart_is_told_once(capsys):
    watch = Watch()
    for pid in (10, 10, 11, 11):
        watch.look([ProgramState("worker", "RUNNING", pid)])
    assert capsys.readouterr().out.count("worker ended by itself and runs again. See var/log/worker.log") == 1


def test_a_program_that_never_stays_up_is_told_once(capsys):
    watch = Watch()
    for state in ("STARTING", "BACKOFF", "STARTING", "BACKOFF"):
        watch.look([ProgramState("web", state, 0)])
    assert capsys.readouterr().out.count("web ends as soon as it starts") == 1
