import pytest

from launch.console import Stop
from launch.paths import ROOT
from launch.procfile import parse, processes


def test_comments_and_empty_lines_are_no_processes():
    assert parse("# why\n\nweb: run --port 1\n") == {"web": "run --port 1"}


def test_a_command_keeps_its_own_colons():
    assert parse("web: uvicorn main:app") == {"web": "uvicorn main:app"}


@pytest.mark.parametrize("line", ["web", "web:", ": run", "two words: run"])
def test_a_line_that_names_no_process_is_refused_and_shown(line):
    with pytest.raises(Stop, match=line):
        parse(line)


def test_the_release_command_is_not_kept_running():
    assert list(processes(ROOT / "Procfile")) == ["web", "worker", "beat", "flower"]


@pytest.mark.parametrize("file", ["Procfile", "Procfile.dev"])
def test_every_process_is_the_program_itself_so_that_signals_arrive(file):
    assert all(" exec " in command for command in processes(ROOT / file).values())


@pytest.mark.parametrize("file", ["Procfile", "Procfile.dev"])
def test_sigterm_is_a_soft_shutdown_for_every_worker_also_for_those_in_comments(file):
    workers = [line for line in (ROOT / file).read_text().splitlines() if "celery_app worker" in line]
    assert workers
    assert all("REMAP_SIGTERM=SIGQUIT exec" in worker for worker in workers)
