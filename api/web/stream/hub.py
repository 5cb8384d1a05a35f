"""Where live events meet those who wait for them. Threads bring events in; everything else runs on the event loop."""

import asyncio
import threading
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from jobs.states import FINAL
from web.stream.ring import LiveEvent, Position, Ring

REMEMBERED = 20_000  # jobs and workflows
BACKLOG = 1_000  # events a slow client may lag behind before it is told to reload

RESET = LiveEvent("reset", {})
GOODBYE = LiveEvent("goodbye", {})


class Subscriber:
    """One client's queue; a client that is too slow loses it and gets `reset` instead."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[LiveEvent] = asyncio.Queue(BACKLOG)

    def offer(self, event: LiveEvent) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            event = RESET
        self._queue.put_nowait(event)

    async def next_ones(self, timeout: float) -> list[LiveEvent]:
        """All that are there, as soon as there is one; none when nothing came within `timeout` seconds."""
        with suppress(TimeoutError):
            first = await asyncio.wait_for(self._queue.get(), timeout)
            return [first, *(self._queue.get_nowait() for _ in range(self._queue.qsize()))]
        return []


class JobWatch:
    """Wakes whoever waits for the end of one job: to each other event, it would ask the database in vain."""

    def __init__(self) -> None:
        self._news = asyncio.Event()

    def wake(self) -> None:
        self._news.set()

    async def wait(self, timeout: float) -> None:
        """Returns when the job ends, or after `timeout` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), timeout)
        self._news.clear()


class Told:
    """The last state announced of each job and workflow, so that the sweep does not repeat what an event has said."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, tuple[object, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def news(self, event: LiveEvent) -> bool:
        """Remembers it; False when just that was announced before."""
        told = event.data.get
        about, seen = str(told("job_id") or told("workflow_id")), (told("state"), told("attempt"), told("ended"))
        with self._lock:
            if self._states.get(about) == seen:
                return False
            self._states[about] = seen
            self._states.move_to_end(about)
            if len(self._states) > REMEMBERED:
                self._states.popitem(last=False)
        return True


class Hub:
    def __init__(self) -> None:
        self.ring = Ring()
        self.told = Told()
        self.caught_up = asyncio.Event()
        self.delivered: Position | None = None  # of the last event that was put into the subscribers' queues
        self._loop: asyncio.AbstractEventLoop | None = None
        self._subscribers: set[Subscriber] = set()
        self._watches: dict[str, set[JobWatch]] = defaultdict(set)

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.caught_up = asyncio.Event()
        self.delivered = None
        self.ring.clear()

    def close(self) -> None:
        """Ends every stream and wait, so that the server can stop."""
        self._call(self._deliver, [GOODBYE])
        self._call(self._wake_all)

    @property
    def has_subscribers(self) -> bool:
        return bool(self._subscribers)

    def publish(self, events: Iterable[LiveEvent]) -> None:
        """From any thread."""
        known = list(events)
        for event in known:
            if event.kind == "job-state":
                self.told.news(event)
        self._call(self._deliver, known)

    def set_caught_up(self) -> None:
        """From any thread: the ring now holds the recent past."""
        self._call(self.caught_up.set)

    def _call(self, function: object, *values: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, *values)  # type: ignore[arg-type]  # any callable will do

    def _deliver(self, events: list[LiveEvent]) -> None:
        for event in events:
            self.delivered = event.position or self.delivered
            for subscriber in self._subscribers:
                subscriber.offer(event)
            if str(event.data.get("state")) in FINAL:
                self._wake(event)

    def _wake(self, ended: LiveEvent) -> None:
        for watch in self._watches.get(str(ended.data.get("job_id")), ()):
            watch.wake()

    def _wake_all(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.wake()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[Subscriber]:
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    @asynccontextmanager
    async def subscribe_job(self, job_id: str) -> AsyncIterator[JobWatch]:
        watch = JobWatch()
        self._watches[job_id].add(watch)
        try:
            yield watch
        finally:
            self._watches[job_id].discard(watch)
            if not self._watches[job_id]:
                del self._watches[job_id]


hub = Hub()
