"""What runs beside the routes: started before the first request, stopped after the last."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from anyio.to_thread import run_sync
from fastapi import FastAPI

from core import engine
from core.schema import ensure_schema
from core.settings import get_settings
from jobs.committer import Committer
from jobs.dead_letters.consumer import DeadLetterConsumer
from jobs.dispatch.dispatcher import Dispatcher
from web.auth.bootstrap import ensure_first_admin
from web.broker_watch import BrokerWatch
from web.routes.waiting import make_looks
from web.shutdown import at_stop_signal
from web.stream.hub import hub
from web.stream.sweep import Sweep
from web.stream.tail import Tail


class Part(Protocol):
    """A thread that can be asked to stop."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Raises SchemaBehind, and the database's errors when it is away at the start."""
    await run_sync(ensure_schema)
    await run_sync(ensure_first_admin)
    hub.open(asyncio.get_running_loop())
    async with AsyncExitStack() as stack:
        stack.enter_context(at_stop_signal(hub.close))
        stack.push_async_callback(run_sync, engine.dispose)
        app.state.looks = make_looks()
        stack.push_async_callback(run_sync, app.state.looks.shutdown)
        stack.push_async_callback(app.state.flower.close)
        await _start(stack, Sweep(hub))
        app.state.broker_watch = BrokerWatch()
        await _start(stack, app.state.broker_watch)
        dispatcher = await _start_broker_parts(stack)
        app.state.wake_dispatcher = dispatcher.wake if dispatcher else _nothing
        app.state.committer = Committer(app.state.wake_dispatcher, dispatcher.handover if dispatcher else None)
        await _start(stack, app.state.committer)
        stack.callback(hub.close)
        yield


async def _start_broker_parts(stack: AsyncExitStack) -> Dispatcher | None:
    """Without a broker jobs are taken and wait in the table."""
    if not get_settings().has_broker:
        return None
    dispatcher = Dispatcher("web")
    await _start(stack, dispatcher)
    await _start(stack, Tail(hub))
    await _start(stack, DeadLetterConsumer())
    return dispatcher


async def _start(stack: AsyncExitStack, part: Part) -> None:
    part.start()
    stack.push_async_callback(run_sync, part.stop)


def _nothing() -> None:
    """There is no dispatcher to wake."""
