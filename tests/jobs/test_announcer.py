"""What was committed is told at once, and what is committed meanwhile with one message."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jobs import announcer as module
from jobs.announcer import Announcer
from tests.waiting import wait_for

Events = list[dict[str, Any]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Events]:
    messages: list[Events] = []
    monkeypatch.setattr(module, "announce_many", messages.append)
    return messages


@pytest.fixture
def announcer() -> Iterator[Announcer]:
    made = Announcer("a test's")
    yield made
    made.stop()
    made.join(10)
    assert not made.is_alive()


def an_event(job_id: str) -> Events:
    return [{"type": "job-state", "job_id": job_id}]


def test_what_comes_while_a_message_is_made_goes_with_one(announcer: Announcer, told: list[Events]) -> None:
    made, go_on = threading.Event(), threading.Event()

    def slow() -> Events:
        made.set()
        assert go_on.wait(10)
        return an_event("1")

    announcer.start()
    announcer.tell(slow)
    assert made.wait(10)
    for job_id in ("2", "3"):
        announcer.tell(lambda job_id=job_id: an_event(job_id))  # type: ignore[misc]
    go_on.set()

    wait_for(lambda: bool(told), what="a message")
    assert told == [[*an_event("1"), *an_event("2"), *an_event("3")]]


def test_an_event_that_cannot_be_made_takes_no_later_one_with_it(announcer: Announcer, told: list[Events]) -> None:
    def fail() -> Events:
        raise ValueError("no")

    announcer.tell(fail)
    announcer.start()
    wait_for(announcer._untold.empty, what="the bad one to be taken")
    announcer.tell(lambda: an_event("good"))

    wait_for(lambda: an_event("good") in told, what="the good one")
