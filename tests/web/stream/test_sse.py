"""One client's stream: what it missed, what happens, and an id that never runs ahead of what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import orjson
import pytest

from tests.jobs.running import set_row
from tests.jobs_seen import submit_ping
from tests.web.stream.events import an_event, position
from web.stream import sse
from web.stream.hub import RESET, Hub
from web.stream.ring import LiveEvent, Position
from web.stream.sse import Topics, heartbeat, stream

EVERYTHING = Topics.parse(None)


async def always() -> bool:
    return True


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work, 15))


async def opened(*offsets: int) -> Hub:
    """A hub that has caught up, with these events delivered."""
    hub = Hub()
    hub.open(asyncio.get_running_loop())
    for offset in offsets:
        hub.ring.add(offset, [an_event(offset)])
        hub.publish([an_event(offset)])
    hub.set_caught_up()
    await asyncio.sleep(0)
    return hub


async def beginning(texts: AsyncIterator[str]) -> list[str]:
    """Up to the first heartbeat, without the retry line."""
    found: list[str] = []
    async for text in texts:
        found.append(text)
        if "event: heartbeat" in text:
            return found[1:]
    return found[1:]


async def first_texts(hub: Hub, last_id: str | None, topics: Topics = EVERYTHING) -> list[str]:
    texts = stream(hub, topics, last_id, always)
    try:
        return await beginning(texts)
    finally:
        await texts.aclose()  # type: ignore[attr-defined]  # it is a generator


def test_an_event_is_written_with_its_id_kind_and_data() -> None:
    text = LiveEvent("job-state", {"job_id": "1", "state": "running"}, Position(8, 1, 99)).text

    assert text == 'id: 8:1:99\nevent: job-state\ndata: {"job_id":"1","state":"running"}\n\n'


def test_what_the_sweep_found_has_no_id_and_line_breaks_do_not_break_it() -> None:
    text = LiveEvent("job-log", {"message": "two\nlines\r\n\n"}).text

    assert text.startswith("event: job-log\ndata: ")
    assert text.count("\n") == 3
    assert orjson.loads(text.splitlines()[1].removeprefix("data: ")) == {"message": "two\nlines\r\n\n"}


def test_a_heartbeat_is_heard_by_a_page_and_has_an_id_for_a_client_that_filters() -> None:
    assert heartbeat(None) == "event: heartbeat\ndata: {}\n\n"
    assert heartbeat(Position(8, 1, 99)) == "id: 8:1:99\nevent: heartbeat\ndata: {}\n\n"


@pytest.mark.parametrize(
    ("topics", "kind", "wanted"),
    [
        (None, "agent-ready", True),
        ("jobs", "job-progress", True),
        ("jobs", "agent-ready", False),
        ("agents, jobs", "agent-ready", True),
        ("workers", "worker-online", True),
        ("job:job-7", "job-log", True),
        ("job:job-8", "job-log", False),
        ("project:p", "job-state", True),
        ("project:q", "job-state", False),
        ("agent:a", "agent-ready", True),
    ],
)
def test_topics_choose_events(topics: str | None, kind: str, wanted: bool) -> None:
    event = an_event(7, kind=kind, project_id="p", agent_id="a")

    assert Topics.parse(topics).want(event) is wanted
    assert Topics.parse(topics).want(RESET)


@pytest.mark.parametrize("topics", ["jbos", "jobs:1", "job", "job:", "jobs,agent"])
def test_a_topic_that_could_never_match_is_unknown(topics: str) -> None:
    assert Topics.parse(topics).unknown()


def test_a_first_connection_starts_with_the_newest_id(sqlite_database: str) -> None:
    async def scene() -> list[str]:
        return await first_texts(await opened(5, 6), None)

    assert run(scene()) == [heartbeat(position(6))]


def test_a_client_gets_what_the_table_says_and_then_what_it_missed(sqlite_database: str) -> None:
    job_id = submit_ping()
    set_row(job_id, updated_at=position(5).at)

    async def scene() -> list[str]:
        return await first_texts(await opened(5, 6, 7), str(position(5)))

    swept, *rest = run(scene())
    assert job_id in swept
    assert not swept.startswith("id:")
    assert rest == [an_event(6).text, an_event(7).text, heartbeat(position(7))]


@pytest.mark.parametrize("last_id", ["1:0:1700000000001", "9:0:1", "nonsense"], ids=["too old", "other stream", "none"])
def test_a_client_that_may_have_missed_something_is_told_to_reload(sqlite_database: str, last_id: str) -> None:
    async def scene() -> list[str]:
        return await first_texts(await opened(5, 6), last_id)

    assert run(scene()) == [RESET.text, heartbeat(position(6))]


def test_a_process_that_has_not_caught_up_yet_says_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "CATCH_UP", 0.01)

    async def scene() -> list[str]:
        hub = Hub()
        hub.open(asyncio.get_running_loop())
        return await first_texts(hub, str(position(5)))

    assert run(scene()) == [RESET.text, heartbeat(None)]


def test_only_wanted_events_are_sent_but_all_move_the_id(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT", 0.05)

    async def scene() -> list[str]:
        hub = await opened(5)
        texts = stream(hub, Topics.parse("job:job-6"), None, always)
        found = await beginning(texts)
        hub.publish([an_event(6), an_event(7)])
        return [*found, await anext(texts), await anext(texts)]

    assert run(scene()) == [heartbeat(position(5)), an_event(6).text, heartbeat(position(7))]


def test_the_id_of_a_heartbeat_never_runs_ahead_of_what_was_sent(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that loses its connection there would ask for what came after events that it never got."""
    monkeypatch.setattr(sse, "HEARTBEAT", 0.0)

    async def scene() -> list[str]:
        hub = await opened(5)
        texts = stream(hub, EVERYTHING, None, always)
        found = await beginning(texts)
        for offset in (6, 7):
            hub.ring.add(offset, [an_event(offset)])
        hub.publish([an_event(6), an_event(7)])
        await asyncio.sleep(0)
        return found + [await anext(texts) for _ in range(3)]

    sent = [text for text in run(scene()) if "event: heartbeat" not in text]
    seen = run(scene())
    for place, text in enumerate(seen):
        if "event: heartbeat" in text:
            assert text == heartbeat(position(5 + sum(one in sent for one in seen[:place])))


def test_an_event_on_its_way_is_not_skipped_by_the_first_id(sqlite_database: str) -> None:
    async def scene() -> list[str]:
        hub = await opened(5)
        hub.ring.add(6, [an_event(6)])  # read by the tail's thread, and not yet delivered on the loop
        return await first_texts(hub, None)

    assert run(scene()) == [heartbeat(position(5))]


def test_a_stream_ends_when_the_server_stops(sqlite_database: str) -> None:
    async def scene() -> list[str]:
        hub = await opened(5)
        texts = stream(hub, EVERYTHING, None, always)
        await beginning(texts)
        hub.close()
        return [text async for text in texts]

    assert run(scene()) == []


def test_a_stream_ends_after_its_lifetime(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LIFETIME", 0.05)
    monkeypatch.setattr(sse, "HEARTBEAT", 0.01)

    async def scene() -> bool:
        hub = await opened(5)
        texts = [text async for text in stream(hub, EVERYTHING, None, always)]
        return len(texts) > 1 and not hub.has_subscribers

    assert run(scene()) is True


def test_a_stream_ends_with_the_sign_in_that_opened_it(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT", 0.01)
    answers = iter([True, True, False])

    async def admitted() -> bool:
        return next(answers)

    async def scene() -> list[str]:
        hub = await opened(5)
        texts = stream(hub, EVERYTHING, None, admitted)
        return [text async for text in texts][1:]

    assert run(scene()) == [heartbeat(position(5))] * 3
