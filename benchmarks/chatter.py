"""What an idle Slipway costs its broker: every process of the Procfile, in the default and in the frugal profile.

Plans of hosted brokers count messages, connections and queues. A sample is taken, and an hour told from it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2

from benchmarks.frame import Effort, Row
from benchmarks.stage import Stage, Surroundings
from launch.paths import ROOT
from launch.procfile import processes
from tests.ports import free_port
from tests.processes import Process
from tests.waiting import wait_for

HOUR = 3600.0  # seconds
SETTLE = 12.0  # seconds: starting is not idling
SAMPLE = 40.0  # seconds; longer than every pace but those of hours
COUNTED = ("publish", "deliver", "deliver_no_ack", "get", "get_no_ack")


def measure(stage: Stage, effort: Effort) -> list[Row]:
    return [row for profile in ("default", "frugal") for row in _measure(stage, effort, profile)]


def _measure(stage: Stage, effort: Effort, profile: str) -> list[Row]:
    with (
        stage.place(SLIPWAY_BROKER_PROFILE=profile) as place,
        _whole_procfile(place),
        httpx2.Client(base_url=stage.broker.management_url, trust_env=False) as api,
    ):
        time.sleep(effort.seconds(SETTLE))
        before, started = _messages(api, place), time.monotonic()
        time.sleep(effort.seconds(SAMPLE))
        hourly = (_messages(api, place) - before) / (time.monotonic() - started) * HOUR
        vhost = place.directory.name
        connections, queues = (len(_told(api, path)) for path in (f"vhosts/{vhost}/connections", f"queues/{vhost}"))
    return [
        Row(what=f"idle, {profile}: messages an hour, in and out", figure=f"{hourly:,.0f}"),
        Row(what=f"idle, {profile}: connections, queues", figure=f"{connections}, {queues}"),
    ]


@contextmanager
def _whole_procfile(place: Surroundings) -> Iterator[None]:
    """One worker with two children, as on a small machine."""
    port, flower_port = str(free_port()), str(free_port())
    own = {"PORT": port, "UVICORN_HOST": "127.0.0.1", "FLOWER_PORT": flower_port, "CELERYD_CONCURRENCY": "2"}
    own["BEAT_SCHEDULE"] = str(place.directory / "beat")
    with ExitStack() as stack:
        for name, command in processes(ROOT / "Procfile").items():
            log = place.directory / f"{name}.log"
            started = Process(["bash", "-c", command], log=log, directory=ROOT, env={**os.environ, **own})
            stack.callback(started.end)
            if name == "worker":
                started.wait_for_output("worker is ready", timeout=90)
        wait_for(lambda: _answers(port), what="web to answer", timeout=60)
        yield


def _answers(port: str) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def _told(api: httpx2.Client, path: str) -> Any:
    return api.get(path).raise_for_status().json()


def _messages(api: httpx2.Client, place: Surroundings) -> int:
    counted = _told(api, f"vhosts/{place.directory.name}").get("message_stats", {})
    return sum(counted.get(name, 0) for name in COUNTED)
