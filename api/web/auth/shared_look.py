"""Requests that come at the same time with the same credential share one look into the database.

A look begins only after everybody who shares it has asked: what was revoked before a request came is out for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedLook(Generic[T]):
    """For one event loop. Who asks under the same key asks for the same look."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[T]]] = {}  # for a look that has not begun
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def answer(self, key: str, look: Callable[[], T]) -> T:
        """Raises what `look` raises, which runs in a thread."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[T] = loop.create_future()
        self._waiting.setdefault(key, []).append(mine)
        if key not in self._looking:
            self._looking[key] = loop.create_task(self._look(key, look))
        return await mine

    async def _look(self, key: str, look: Callable[[], T]) -> None:
        """Again and again, as long as somebody has come meanwhile."""
        try:
            while waiting := self._waiting.pop(key, None):
                await _tell(waiting, look)
        finally:
            del self._looking[key]


async def _tell(waiting: "Sequence[asyncio.Future[T]]", look: Callable[[], T]) -> None:
    """A client may have gone away meanwhile."""
    try:
        found = await asyncio.get_running_loop().run_in_executor(None, look)
    except Exception as error:
        for one in waiting:
            if not one.done():
                one.set_exception(error)
    else:
        for one in waiting:
            if not one.done():
                one.set_result(found)
