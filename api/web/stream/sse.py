"""One client's stream: what it missed, then what happens, as server-sent events."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from anyio.to_thread import run_sync

from web.stream.hub import GOODBYE, RESET, Hub, Subscriber
from web.stream.ring import LiveEvent, Position
from web.stream.sweep import changes_since

HEARTBEAT = 15.0  # seconds
LIFETIME = 600.0  # seconds; then the client connects again
CATCH_UP = 5.0  # seconds a new process may need to read the recent past before it answers "reload"
OVERLAP = timedelta(seconds=5)

ENTITIES = {"job": "job_id", "workflow": "workflow_id", "agent": "agent_id", "project": "project_id"}
KINDS = {
    "jobs": ("job-",),
    "workflows": ("workflow-",),
    "agents": ("agent-",),
    "workers": ("worker-",),
    "alerts": ("alert-",),
}


Admitted = Callable[[], Awaitable[bool]]  # whether the client would still be let in


@dataclass(frozen=True)
class Topics:
    """`jobs`, `workflows` and the other kinds, `job:<id>` and the other entities; none means everything."""

    names: frozenset[str]

    @classmethod
    def parse(cls, text: str | None) -> "Topics":
        return cls(frozenset(part.strip() for part in (text or "").split(",") if part.strip()))

    def unknown(self) -> list[str]:
        return sorted(name for name in self.names if name not in KINDS and not _names_one(name))

    def want(self, event: LiveEvent) -> bool:
        return not self.names or event is RESET or any(_matches(name, event) for name in self.names)


def _names_one(topic: str) -> bool:
    kind, _, wanted = topic.partition(":")
    return kind in ENTITIES and bool(wanted)


def _matches(topic: str, event: LiveEvent) -> bool:
    kind, _, wanted = topic.partition(":")
    if not wanted:
        return event.kind.startswith(KINDS.get(kind, ()))
    return str(event.data.get(ENTITIES[kind])) == wanted


def heartbeat(seen: Position | None) -> str:
    """An event of its own and no comment, so that a page learns from silence that its connection is dead: nothing else
    tells a browser whose network went away, or whose server stands still.

    It has an id, so that a client that filters much does not age out of the ring. That is the last one that this client
    was sent or did not want, and never one that is still on its way: a client that lost its connection then would not
    ask for it again.
    """
    return (f"id: {seen}\n" if seen else "") + "event: heartbeat\ndata: {}\n\n"


async def stream(hub: Hub, topics: Topics, last_id: str | None, admitted: Admitted) -> AsyncIterator[str]:
    """Subscribes first and reads the past after, so that nothing falls in between; repeats are harmless hints.

    It ends within HEARTBEAT after the client's sign-in has ended.
    """
    async with hub.subscribe() as subscriber:
        seen = hub.delivered
        yield "retry: 1000\n\n"
        for event in _wanted(topics, await _missed(hub, last_id)):
            yield event.text
        yield heartbeat(seen)
        async for text in _live(topics, subscriber, seen, admitted):
            yield text


async def _live(
    topics: Topics, subscriber: Subscriber, seen: Position | None, admitted: Admitted
) -> AsyncIterator[str]:
    ends = time.monotonic() + LIFETIME
    beat = time.monotonic() + HEARTBEAT
    while time.monotonic() < ends:
        events = await subscriber.next_ones(max(0.0, beat - time.monotonic()))
        going_on = [event for event in events if event is not GOODBYE]
        if wanted := _wanted(topics, going_on):
            yield "".join(event.text for event in wanted)  # with 500 clients, the writes are what costs
        if len(going_on) < len(events):
            return
        seen = next((event.position for event in reversed(events) if event.position), seen)
        if time.monotonic() >= beat:
            if not await admitted():
                return
            yield heartbeat(seen)
            beat = time.monotonic() + HEARTBEAT


def _wanted(topics: Topics, events: Iterable[LiveEvent]) -> list[LiveEvent]:
    return [event for event in events if topics.want(event)]


async def _missed(hub: Hub, last_id: str | None) -> list[LiveEvent]:
    if not last_id:
        return []
    position = Position.parse(last_id)
    if position is None or not await _caught_up(hub):
        return [RESET]
    past = hub.ring.after(position)
    if past is None:
        return [RESET]
    changes = await run_sync(changes_since, position.at - OVERLAP)
    return [RESET] if changes is None else [*changes, *past]


async def _caught_up(hub: Hub) -> bool:
    try:
        await asyncio.wait_for(hub.caught_up.wait(), CATCH_UP)
    except TimeoutError:
        return False
    return True
