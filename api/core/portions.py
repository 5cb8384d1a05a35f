"""Much, a part at a time: what one statement or one message can hold."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

ROWS_PER_STATEMENT = 500  # SQLite binds at most 32,766 values in one statement, PostgreSQL 65,535


def portions(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """In their order, `size` at a time; the last one may be smaller."""
    return (items[start : start + size] for start in range(0, len(items), size))
