"""A benchmark that is ended by force leaves nothing behind: no broker, no database server, no worker, no directory."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.guard import started_in
from core.settings import ROOT
from launch.processes import kill
from tests.processes import Process
from tests.waiting import wait_for

A_BENCHMARK = """
import sys, time
from benchmarks.celery_worker import running_worker
from benchmarks.stage import stage
with stage() as on, on.place("postgresql") as place, running_worker(place.directory, "-c", "1"):
    print("stands in", place.directory.parent, "it does", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def benchmark_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'api'}:{ROOT}")
    started = Process([sys.executable, "-c", A_BENCHMARK], log=tmp_path / "log", directory=ROOT)
    yield started
    started.end()


@pytest.mark.integration
def test_a_benchmark_that_is_killed_leaves_nothing_behind(benchmark_: Process) -> None:
    benchmark_.wait_for_output("it does", timeout=90)
    directory = benchmark_.output.partition("stands in ")[2].split()[0]
    names = " ".join(" ".join(one.cmdline()) for one in started_in(directory))
    assert all(name in names for name in ("beam", "epmd", "postgres", "celery"))

    benchmark_.kill_main()

    wait_for(lambda: not started_in(directory), what="everything to be ended")
    wait_for(lambda: not Path(directory).exists(), what="its directory to go")


def test_what_was_started_elsewhere_is_left_alone(tmp_path: Path) -> None:
    ours, other = (tmp_path / name for name in ("bench-1", "bench-2"))
    with subprocess.Popen(["sleep", "60"], env={"BENCH_STAGE": str(ours)}) as sleeping:
        found = [one.pid for one in started_in(str(ours))], started_in(str(other))
        kill(started_in(str(ours)))

    assert found == ([sleeping.pid], [])
