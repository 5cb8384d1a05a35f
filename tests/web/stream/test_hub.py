"""The hub: events come from threads, and everybody who waits hears of them or is told to reload."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from typing import Any

from tests.web.stream.events import an_event
from web.stream.hub import BACKLOG, GOODBYE, RESET, Hub, Told
from web.stream.ring import LiveEvent


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 10))


def from_a_thread(hub: Hub, *events: LiveEvent) -> None:
    thread = threading.Thread(target=hub.publish, args=(events,))
    thread.start()
    thread.join()


def opened() -> Hub:
    hub = Hub()
    hub.open(asyncio.get_running_loop())
    return hub


def the_end_of(number: int) -> LiveEvent:
    return an_event(number, state="succeeded")


def test_every_subscriber_gets_every_event() -> None:
    async def scene() -> list[list[LiveEvent]]:
        hub = opened()
        async with hub.subscribe() as one, hub.subscribe() as other:
            from_a_thread(hub, an_event(1), an_event(2))
            return [await who.next_ones(5) for who in (one, other)]

    assert run(scene()) == [[an_event(1), an_event(2)]] * 2


def test_who_has_left_is_sent_nothing() -> None:
    async def scene() -> bool:
        hub = opened()
        async with hub.subscribe():
            assert hub.has_subscribers
        return hub.has_subscribers

    assert run(scene()) is False


def test_waiting_without_news_ends_with_nothing() -> None:
    async def scene() -> list[LiveEvent]:
        async with opened().subscribe() as subscriber:
            return await subscriber.next_ones(0.01)

    assert run(scene()) == []


def test_a_client_that_is_too_slow_is_told_to_reload_and_goes_on_from_there() -> None:
    async def scene() -> list[LiveEvent]:
        hub = opened()
        async with hub.subscribe() as slow:
            hub.publish(an_event(number) for number in range(BACKLOG + 3))
            await asyncio.sleep(0)
            return await slow.next_ones(5)

    assert run(scene()) == [RESET, an_event(BACKLOG + 1), an_event(BACKLOG + 2)]


def test_who_waits_for_a_job_is_woken_from_a_thread() -> None:
    async def scene() -> float:
        hub = opened()
        async with hub.subscribe_job("job-7") as watch:
            waiting = asyncio.create_task(watch.wait(9))
            await asyncio.sleep(0)
            started = time.monotonic()
            from_a_thread(hub, the_end_of(7))
            await waiting
            return time.monotonic() - started

    assert run(scene()) < 5


def test_news_that_came_before_the_wait_is_not_missed() -> None:
    async def scene() -> float:
        hub = opened()
        async with hub.subscribe_job("job-7") as watch:
            from_a_thread(hub, the_end_of(7))
            await asyncio.sleep(0)
            started = time.monotonic()
            await watch.wait(9)
            return time.monotonic() - started

    assert run(scene()) < 5


def test_news_of_another_job_wakes_nobody() -> None:
    async def scene() -> bool:
        hub = opened()
        async with hub.subscribe_job("job-7") as watch:
            from_a_thread(hub, the_end_of(8))
            await asyncio.sleep(0)
            return watch._news.is_set()

    assert run(scene()) is False


def test_news_that_is_no_end_wakes_nobody() -> None:
    async def scene() -> bool:
        hub = opened()
        async with hub.subscribe_job("job-7") as watch:
            from_a_thread(hub, an_event(7, state="running"), an_event(7, kind="job-log"), an_event(7, state=["odd"]))
            await asyncio.sleep(0)
            return watch._news.is_set()

    assert run(scene()) is False


def test_nothing_is_kept_of_a_job_that_nobody_waits_for() -> None:
    async def scene() -> dict[str, Any]:
        hub = opened()
        async with hub.subscribe_job("job-7"):
            pass
        from_a_thread(hub, the_end_of(7))
        return dict(hub._watches)

    assert run(scene()) == {}


def test_closing_ends_every_stream_and_every_wait() -> None:
    async def scene() -> list[LiveEvent]:
        hub = opened()
        async with hub.subscribe() as subscriber, hub.subscribe_job("job-7") as watch:
            hub.close()
            await watch.wait(9)
            return await subscriber.next_ones(5)

    assert run(scene()) == [GOODBYE]


def test_events_before_and_after_the_server_are_no_trouble() -> None:
    hub = Hub()
    hub.publish([an_event(1)])

    asyncio.run(asyncio.sleep(0))
    loop = asyncio.new_event_loop()
    hub.open(loop)
    loop.close()

    hub.publish([an_event(2)])


def test_what_was_told_once_is_no_news() -> None:
    told = Told()
    running = LiveEvent("job-state", {"job_id": "job-1", "state": "running", "attempt": 1})
    ended = LiveEvent("job-state", {"job_id": "job-1", "state": "succeeded", "attempt": 1})

    assert [told.news(one) for one in (running, running, ended, ended)] == [True, False, True, False]
