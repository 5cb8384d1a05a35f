"""Live events: 500 clients of `GET /api/stream`, 200 events a second, each of them wanted by all."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from benchmarks.frame import Effort, Row, milliseconds
from benchmarks.stage import Stage
from benchmarks.web_process import a_token, run_client, slipway
from jobs.events import announce

CLIENTS = 500
RATE = 200  # events a second
SECONDS = 15.0
MEGABYTE = 1024 * 1024


def measure(stage: Stage, effort: Effort) -> list[Row]:
    clients, seconds = effort.of(CLIENTS, least=5), effort.seconds(SECONDS)
    with stage.place() as place, slipway(place) as (port, pid), _speaking():
        server = psutil.Process(pid)
        before, started = sum(server.cpu_times()[:2]), time.monotonic()
        found = run_client("listeners", port, clients, seconds, BENCH_TOKEN=a_token())
        busy = (sum(server.cpu_times()[:2]) - before) / (time.monotonic() - started)
        memory = server.memory_info().rss / MEGABYTE
    what = f"{clients} clients, {RATE} events/s"
    return [
        Row(what=what, figure=f"p50 {milliseconds(found['p50'])}, p99 {milliseconds(found['p99'])}"),
        Row(what=f"{what}: received", figure=f"{found['rate']:,.0f}/s", compared=f"of {clients * RATE:,}/s sent"),
        Row(what=f"{what}: web process", figure=f"{busy:.0%} of a core, {memory:.0f} MB"),
    ]


@contextmanager
def _speaking() -> Iterator[None]:
    stop = threading.Event()
    speaker = threading.Thread(target=_speak, args=(stop,), daemon=True)
    speaker.start()
    try:
        yield
    finally:
        stop.set()
        speaker.join()


def _speak(stop: threading.Event) -> None:
    """By the clock, so that what is late is made up for."""
    started, told = time.monotonic(), 0
    while not stop.wait(0.005):
        while told < (time.monotonic() - started) * RATE:
            announce("job-progress", job_id="benchmark", step="listening", done=told)
            told += 1
