"""Plain tables for the operator's terminal."""

from collections.abc import Iterable, Sequence


def text_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as they need to be; a head, and a line that says so when there are no rows."""
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    if len(lines) == 1:
        return "none"
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
