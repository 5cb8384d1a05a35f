"""Requests that come at the same time with the same credential share one look into the database.

A look begins only after everybody who shares it has asked: what was revoked before a request came is out for it.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from anyio.to_thread import run_sync

T = TypeVar("T")


class SharedLook(Generic[T]):
    """For one event loop."""

    def __init__(self) -> None:
        self._not_begun: dict[str, asyncio.Task[T]] = {}
        self._latest: dict[str, asyncio.Task[T]] = {}

    async def answer(self, key: str, look: Callable[[], T]) -> T:
        """Raises what `look` raises, which runs in a worker thread."""
        task = self._not_begun.get(key)
        if task is None:
            task = asyncio.create_task(self._look(key, self._latest.get(key), look))
            self._not_begun[key] = self._latest[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)  # the others still wait when this client goes away

    async def _look(self, key: str, before: "asyncio.Task[T] | None", look: Callable[[], T]) -> T:
        if before is not None:
            await asyncio.wait([before])
        del self._not_begun[key]
        return await run_sync(look)

    def _forget(self, key: str, done: "asyncio.Task[T]") -> None:
        if self._latest.get(key) is done:
            del self._latest[key]
        if not done.cancelled():
            done.exception()  # told to whoever still waits; nobody may be left
