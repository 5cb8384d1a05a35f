"""A dispatcher beside which requests pour in rests for a multiple of what it worked."""

import threading

import pytest

from jobs.dispatch import crowd
from jobs.dispatch.crowd import LONGEST_REST, MANY, RESTING, WINDOW, Crowd, Rests


class Clock:
    """In place of the module `time`."""

    def __init__(self) -> None:
        self.now = self.worked = 0.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.worked


class Stopping(threading.Event):
    """Remembers for how long it was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout or 0.0)
        return False


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(crowd, "time", made)
    return made


def crowded(clock: Clock) -> Crowd:
    found = Crowd()
    found.come(int(MANY * WINDOW) + 1)
    clock.now += WINDOW
    return found


def test_many_that_come_within_a_moment_are_a_crowd(clock: Clock) -> None:
    assert crowded(clock).is_here()


def test_few_are_none_however_long_nobody_looked(clock: Clock) -> None:
    found = Crowd()

    found.come(int(MANY))
    clock.now += 60.0

    assert not found.is_here()


def test_a_crowd_goes(clock: Clock) -> None:
    found = crowded(clock)
    assert found.is_here()

    clock.now += WINDOW

    assert not found.is_here()


def test_within_a_window_it_is_as_it_was_before(clock: Clock) -> None:
    found = crowded(clock)
    assert found.is_here()

    clock.now += WINDOW / 2

    assert found.is_here()


def test_in_a_crowd_a_rest_is_a_multiple_of_the_work(clock: Clock) -> None:
    stopping = Stopping()
    rests = Rests(crowded(clock), stopping)

    clock.worked = 0.002
    rests.rest()
    clock.worked += 0.001
    rests.rest()

    assert stopping.rests == pytest.approx([0.002 * RESTING, 0.001 * RESTING])


def test_no_rest_is_so_long_that_a_lease_could_run_out(clock: Clock) -> None:
    stopping = Stopping()
    rests = Rests(crowded(clock), stopping)

    clock.worked = 5.0
    rests.rest()

    assert stopping.rests == [LONGEST_REST]


def test_without_a_crowd_nobody_rests(clock: Clock) -> None:
    stopping = Stopping()
    rests = Rests(Crowd(), stopping)

    clock.worked = 5.0
    rests.rest()

    assert stopping.rests == []
