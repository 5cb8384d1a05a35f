"""How long an event waits for others to share its message: an end for none, unless many jobs end."""

import pytest

from jobs import events
from jobs.events import GATHER, EventSender, event

END = event("job-state", state="succeeded")


class Clock:
    """In place of the module `time`; while a sender gathers, a job ends."""

    def __init__(self, sender: EventSender) -> None:
        self._sender = sender
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._sender.send([END])
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, sender: EventSender) -> Clock:
    """Of a sender whose thread never gets to its turn."""
    made = Clock(sender)
    monkeypatch.setattr(events, "time", made)
    monkeypatch.setattr(EventSender, "_start", lambda _: None)
    return made


def sent_with(sender: EventSender, clock: Clock, *, ends: int, every: float) -> int:
    """With how many others the last of `ends` leaves that come every so many seconds."""
    found = 0
    for _ in range(ends):
        clock.now += every
        sender.send([END])
        found = len(sender._gathered()[0])
    return found - 1


def test_while_many_end_an_end_waits_for_the_next_although_each_came_alone(sender: EventSender, clock: Clock) -> None:
    assert sent_with(sender, clock, ends=200, every=0.002) > 0
    assert min(clock.slept) >= GATHER


@pytest.mark.parametrize(("ends", "every"), [(2, 0.0), (2, 0.001), (200, 0.02)])
def test_two_ends_in_a_row_are_not_many_nor_are_those_that_come_now_and_then(
    sender: EventSender, clock: Clock, ends: int, every: float
) -> None:
    assert sent_with(sender, clock, ends=ends, every=every) == 0
    assert clock.slept == []


def test_those_that_ended_a_while_ago_are_not_many_any_more(sender: EventSender, clock: Clock) -> None:
    sender._count(1_000)

    assert sent_with(sender, clock, ends=1, every=5.0) == 0
