"""How long from sending a job until it starts, and until `GET /api/jobs/{id}?wait` answers, at several rates.

Once with the worker as the Procfile starts it, which holds no message ahead; once with one for short tasks.
"""

from dataclasses import dataclass

from benchmarks.celery_worker import running_worker
from benchmarks.frame import Effort, Row, milliseconds
from benchmarks.stage import Stage
from benchmarks.web_process import a_token, run_client, slipway

START_GOAL = 0.005  # seconds


@dataclass(frozen=True)
class Worker:
    """`rates` are jobs a second, each with the seconds for which it is kept up."""

    name: str
    options: tuple[str, ...]
    rates: dict[int, float]


WORKERS = (
    Worker("", (), {1: 12.0, 50: 6.0, 200: 6.0}),
    Worker(", worker for short tasks", ("--prefetch-multiplier", "8"), {50: 6.0, 200: 6.0}),
)


def measure(stage: Stage, effort: Effort) -> list[Row]:
    rows = []
    with stage.place() as place, slipway(place) as (port, _):
        token = a_token()
        for worker in WORKERS:
            with running_worker(place.directory, "-c", "2", *worker.options):
                run_client("pace", port, 20, 1.0, BENCH_TOKEN=token)  # the first of everything is slow
                for rate, seconds in worker.rates.items():
                    found = run_client("pace", port, rate, effort.seconds(seconds), BENCH_TOKEN=token)
                    rows += _rows(f"{rate}/s{worker.name}", found)
    return rows


def _rows(how: str, found: dict[str, list[float]]) -> list[Row]:
    (start, start_p99), (answer, answer_p99) = found["start"], found["answer"]
    started = f"p50 {milliseconds(start)}, p99 {milliseconds(start_p99)}"
    answered = f"p50 {milliseconds(answer)}, p99 {milliseconds(answer_p99)}"
    return [
        Row(what=f"submit → start, {how}", figure=started, goal="p50 ≤ 5 ms", met=start <= START_GOAL),
        Row(what=f"submit → answer of ?wait, {how}", figure=answered),
    ]
