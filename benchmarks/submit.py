"""Jobs over HTTP, 32 connections: `POST /api/jobs`, on disk when it answers, against two empty routes in the same
server (see beside_empty.py), and against a FastAPI route that calls Celery's `delay()` with confirms.

The goal is measured by the empty route that has nothing else around it; the one behind our layers tells what they cost.
"""

from dataclasses import replace

import orjson
from sqlalchemy import delete

from benchmarks.frame import Effort, Row, Sides, Turns, in_turns, milliseconds, per_second, percentile, times
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
        clients = _Clients(effort, port, their_port)
        figures = in_turns(clients.sides, effort.rounds)
    return _rows(figures, percentile(clients.p99s, 0.5))


class _Clients:
    """What is sent to each side in its turn; `p99s` are those of our route, in seconds, round by round."""

    def __init__(self, effort: Effort, port: int, their_port: int) -> None:
        self._port, self._their_port = port, their_port
        self._seconds, self._in_batch = effort.seconds(SECONDS), effort.of(BATCH, least=10)
        self._token = a_token()
        self.p99s: list[float] = []

    @property
    def sides(self) -> Sides:
        return {
            OURS: self._ours,
            EMPTY: lambda: self._load("/empty")["rate"],
            EMPTY_OF_OURS: lambda: self._load("/api/empty")["rate"],
            DELAY: lambda: self._load("/delay", at=self._their_port)["rate"],
            MANY: self._batches,
        }

    def _ours(self) -> float:
        found = self._load("/api/jobs")
        self.p99s.append(found["p99"])
        return found["rate"]

    def _batches(self) -> float:
        """In jobs a second, not in requests."""
        many = {"jobs": [ORDER] * self._in_batch}
        return self._load("/api/jobs/batch", many, connections=BATCH_CONNECTIONS)["rate"] * self._in_batch

    def _load(
        self, path: str, sent: object = ORDER, *, at: int | None = None, connections: int = CONNECTIONS
    ) -> dict[str, float]:
        where = (at or self._port, path, connections, self._seconds)
        found: dict[str, float] = run_client("load", *where, body=orjson.dumps(sent).decode(), BENCH_TOKEN=self._token)
        _take_away_backlog()
        return found


def _take_away_backlog() -> None:
    """Tens of thousands of jobs that no worker waits for: to publish them would take a minute, and measures nothing."""
    with writing() as session:
        session.execute(delete(Job))


def _rows(figures: Turns, p99: float) -> list[Row]:
    many = figures.median(MANY)
    return [
        _beside(EMPTY, figures, least=0.5),
        _beside(EMPTY_OF_OURS, figures),
        _beside(DELAY, figures, least=2),
        Row(what=f"{OURS}, p99", figure=milliseconds(p99), goal="≤ 50 ms", met=p99 <= P99_GOAL),
        Row(what=MANY, figure=f"{many:,.0f} jobs/s", goal="≥ 10,000 jobs/s", met=many >= BATCH_GOAL),
        *(Row(what=one, figure=per_second(figures.median(one))) for one in (EMPTY, EMPTY_OF_OURS, DELAY)),
    ]


def _beside(other: str, figures: Turns, *, least: float | None = None) -> Row:
    """Our route compared with another one; `least` is the ratio that is the goal, if there is one."""
    ratio = figures.ratio(OURS, other)
    row = Row(what=OURS, figure=per_second(figures.median(OURS)), compared=times(ratio, other))
    return row if least is None else replace(row, goal=f"≥ {least:g} ×", met=ratio >= least)
