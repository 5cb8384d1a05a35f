"""How long from sending a job until it starts, and until `GET /api/jobs/{id}?wait` answers, at several rates."""

from benchmarks.celery_worker import running_worker
from benchmarks.frame import Effort, Row, milliseconds
from benchmarks.stage import Stage
from benchmarks.web_process import a_token, run_client, slipway

RATES = {1: 15.0, 50: 8.0, 200: 8.0}  # jobs a second: for how many seconds
START_GOAL = 0.005  # seconds


def measure(stage: Stage, effort: Effort) -> list[Row]:
    rows = []
    with stage.place() as place, slipway(place) as (port, _), running_worker(place.directory, "-c", "2"):
        token = a_token()
        run_client("pace", port, 20, 1.0, BENCH_TOKEN=token)  # the first of everything is slow
        for rate, seconds in RATES.items():
            found = run_client("pace", port, rate, effort.seconds(seconds), BENCH_TOKEN=token)
            rows += _rows(rate, found)
    return rows


def _rows(rate: int, found: dict[str, list[float]]) -> list[Row]:
    (start, start_p99), (answer, answer_p99) = found["start"], found["answer"]
    started = f"p50 {milliseconds(start)}, p99 {milliseconds(start_p99)}"
    answered = f"p50 {milliseconds(answer)}, p99 {milliseconds(answer_p99)}"
    return [
        Row(what=f"submit → start, {rate}/s", figure=started, goal="p50 ≤ 5 ms", met=start <= START_GOAL),
        Row(what=f"submit → answer of ?wait, {rate}/s", figure=answered),
    ]
