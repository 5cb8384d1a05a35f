"""The rows as a table in Markdown, so that it can be put into docs/performance.md as it is."""

from collections.abc import Sequence

from benchmarks.frame import Row
from launch.console import say

HEAD = ("subject", "what", "figure", "compared", "goal", "")
VERDICTS = {True: "met", False: "missed", None: ""}


def print_table(found: Sequence[tuple[str, Row]]) -> None:
    lines = [HEAD, *(_cells(subject, row) for subject, row in found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    say()
    for number, line in enumerate(lines):
        say(_line(line, widths))
        if number == 0:
            say("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    goals = [row.met for _, row in found if row.met is not None]
    say(f"\n{sum(goals)} of {len(goals)} goals met")


def _cells(subject: str, row: Row) -> tuple[str, ...]:
    return subject, row.what, row.figure, row.compared, row.goal, VERDICTS[row.met]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
