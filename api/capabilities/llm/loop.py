"""Model calls run on an event loop in a thread of its own, while the job's thread waits and stays reachable.

A time limit is an exception raised by a signal in the main thread. Raised inside asyncio it could be swallowed there;
raised while the main thread waits, it ends the call at once. One loop a process keeps its connections open for later.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

LOOK_UP = 1.0  # seconds of waiting between two looks whether the job shall stop


class _Loop:
    loop: asyncio.AbstractEventLoop | None = None
    lock = threading.Lock()


def _forget_after_fork() -> None:
    """A thread does not survive a fork; the child starts one when it needs it."""
    _Loop.loop, _Loop.lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_after_fork)


def _running_loop() -> asyncio.AbstractEventLoop:
    with _Loop.lock:
        if _Loop.loop is None:
            _Loop.loop = asyncio.new_event_loop()
            threading.Thread(target=_Loop.loop.run_forever, name="model-calls", daemon=True).start()
        return _Loop.loop


def run_interruptibly(coroutine: Coroutine[Any, Any, T], look_up: Callable[[], None]) -> T:
    """The coroutine's result. Whatever `look_up` or a signal raises meanwhile cancels it and is raised on."""
    future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, _running_loop())
    try:
        return _wait(future, look_up)
    finally:
        future.cancel()  # nothing happens to one that is done


def _wait(future: "Future[T]", look_up: Callable[[], None]) -> T:
    while True:
        try:
            return future.result(timeout=LOOK_UP)
        except TimeoutError:
            if future.done():  # the call's own
                return future.result()
        look_up()
