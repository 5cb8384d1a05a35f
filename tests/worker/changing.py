"""A set that the event loop changes while another thread walks it."""

from collections.abc import Iterator
from typing import Any


class Changing:
    """Its first `looks` fail, as those at a set whose size changes meanwhile."""

    def __init__(self, looks: float, *inside: Any) -> None:
        self._left = looks
        self._inside = inside

    def __iter__(self) -> Iterator[Any]:
        self._left -= 1
        if self._left >= 0:
            raise RuntimeError("Set changed size during iteration")
        return iter(self._inside)
