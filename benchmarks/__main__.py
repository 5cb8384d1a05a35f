"""`python -m benchmarks`, or with names of subjects: `python -m benchmarks publish submit`."""

import importlib
import sys
import time

from benchmarks.frame import FULL, Effort, Row
from benchmarks.stage import Stage, stage
from benchmarks.table import print_table
from launch.console import say

SUBJECTS = ("publish", "submit", "drain", "latency", "stream", "chatter")
LONG = ("growth",)  # a quarter of an hour: only when it is asked for


def measured(subject: str, on: Stage, effort: Effort) -> list[Row]:
    rows: list[Row] = importlib.import_module(f"benchmarks.{subject}").measure(on, effort)
    return rows


def main(wanted: list[str]) -> None:
    unknown = [name for name in wanted if name not in SUBJECTS + LONG]
    if unknown:
        raise SystemExit(f"There is no subject {', '.join(unknown)}. There are: {', '.join(SUBJECTS + LONG)}.")
    found: list[tuple[str, Row]] = []
    with stage() as on:
        for subject in wanted or SUBJECTS:
            started = time.monotonic()
            say(f"{subject} … ", end="")
            found += [(subject, row) for row in measured(subject, on, FULL)]
            say(f"{time.monotonic() - started:.0f} s")
    print_table(found)


if __name__ == "__main__":
    main(sys.argv[1:])
