"""Values as deep as somebody likes to send them."""

from typing import Any


def nested(levels: int) -> Any:
    """So many lists in each other."""
    value: Any = "the bottom"
    for _ in range(levels):
        value = [value]
    return value
