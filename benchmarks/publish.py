"""From the table to the queue: our dispatcher, database included, against Celery sending one confirmed message at a
time, which is what loses nothing there."""

import time

from benchmarks.filling import publish, stored
from benchmarks.frame import Effort, Row, in_turns, per_second, times
from benchmarks.stage import Stage
from jobs.dispatch.publisher import Publisher

JOBS = 5_000
GOAL = 3.0
OURS, THEIRS = "ours", "Celery apply_async, confirmed"


def measure(stage: Stage, effort: Effort) -> list[Row]:
    count = effort.of(JOBS, least=20)

    def ours() -> float:
        with stage.place():
            stored(count)
            publisher = Publisher("benchmark", heartbeat=0)
            publisher.open()
            started = time.perf_counter()
            publish(publisher)
            seconds = time.perf_counter() - started
            publisher.close()
            return count / seconds

    def theirs() -> float:
        with stage.place() as place:
            return count / float(place.peer("celery_noop.py", count)["seconds"])

    figures = in_turns({OURS: ours, THEIRS: theirs}, effort.rounds)
    ratio = figures.ratio(OURS, THEIRS)
    compared, goal, met = times(ratio, THEIRS), f"≥ {GOAL:.0f} ×", ratio >= GOAL
    ours_rate, their_rate = per_second(figures.median(OURS)), per_second(figures.median(THEIRS))
    return [
        Row(what="dispatched, database included", figure=ours_rate, compared=compared, goal=goal, met=met),
        Row(what=THEIRS, figure=their_rate),
    ]
