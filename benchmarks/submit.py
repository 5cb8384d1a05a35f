"""Jobs over HTTP, 32 connections: `POST /api/jobs`, on disk when it answers, against two empty routes in the same
server (see beside_empty.py), and against a FastAPI route that calls Celery's `delay()` with confirms.

The goal is measured by the empty route that has nothing else around it; the one behind our layers tells what they cost.
"""

import orjson
from sqlalchemy import delete

from benchmarks.frame import Effort, Row, in_turns, milliseconds, per_second, times
from benchmarks.stage import Stage
from benchmarks.web_process import a_token, fastapi_and_delay, run_client, slipway
from core.db import writing
from jobs.models import Job

CONNECTIONS = 32
SECONDS = 2.5
BATCH = 5_000
BATCH_CONNECTIONS = 2
ORDER = {"task": "ping", "payload": {"value": 1}}
OURS, DELAY, MANY = "POST /api/jobs", "FastAPI + delay()", "POST /api/jobs/batch"
EMPTY, EMPTY_OF_OURS = "an empty route", "an empty route behind our layers, token included"
P99_GOAL = 0.05  # seconds
BATCH_GOAL = 10_000.0  # jobs a second


def measure(stage: Stage, effort: Effort) -> list[Row]:
    with (
        stage.place() as theirs,
        fastapi_and_delay(theirs) as (their_port, _),
        stage.place() as place,
        slipway(place) as (port, _),
    ):
        return _measure(effort, port, their_port)


def _measure(effort: Effort, port: int, their_port: int) -> list[Row]:
    seconds, token = effort.seconds(SECONDS), a_token()
    body, in_batch = orjson.dumps(ORDER).decode(), effort.of(BATCH, least=10)
    many = orjson.dumps({"jobs": [ORDER] * in_batch}).decode()
    slow: list[float] = []

    def load(path: str, sent: str = body, *, at: int = port, connections: int = CONNECTIONS) -> dict[str, float]:
        found: dict[str, float] = run_client("load", at, path, connections, seconds, body=sent, BENCH_TOKEN=token)
        _take_away_backlog()
        return found

    def ours() -> float:
        found = load("/api/jobs")
        slow.append(found["p99"])
        return found["rate"]

    def batches() -> float:
        return load("/api/jobs/batch", many, connections=BATCH_CONNECTIONS)["rate"] * in_batch

    def empty() -> float:
        return load("/empty")["rate"]

    def empty_of_ours() -> float:
        return load("/api/empty")["rate"]

    def delayed() -> float:
        return load("/delay", at=their_port)["rate"]

    sides = {OURS: ours, EMPTY: empty, EMPTY_OF_OURS: empty_of_ours, DELAY: delayed, MANY: batches}
    figures = in_turns(sides, effort.rounds)
    ours_rate = per_second(figures.median(OURS))
    p99 = sorted(slow)[len(slow) // 2]
    of_empty, of_delay = figures.ratio(OURS, EMPTY), figures.ratio(OURS, DELAY)
    of_like = figures.ratio(OURS, EMPTY_OF_OURS)
    many_rate = figures.median(MANY)
    return [
        Row(what=OURS, figure=ours_rate, compared=times(of_empty, EMPTY), goal="≥ 0.5 ×", met=of_empty >= 0.5),
        Row(what=OURS, figure=ours_rate, compared=times(of_like, EMPTY_OF_OURS)),
        Row(what=OURS, figure=ours_rate, compared=times(of_delay, DELAY), goal="≥ 2 ×", met=of_delay >= 2),
        Row(what=f"{OURS}, p99", figure=milliseconds(p99), goal="≤ 50 ms", met=p99 <= P99_GOAL),
        Row(what=MANY, figure=f"{many_rate:,.0f} jobs/s", goal="≥ 10,000 jobs/s", met=many_rate >= BATCH_GOAL),
        *(Row(what=one, figure=per_second(figures.median(one))) for one in (EMPTY, EMPTY_OF_OURS)),
        Row(what=DELAY, figure=per_second(figures.median(DELAY))),
    ]


def _take_away_backlog() -> None:
    """Tens of thousands of jobs that no worker waits for: to publish them would take a minute, and measures nothing."""
    with writing() as session:
        session.execute(delete(Job))
