"""The thread that dispatches: what it does first, and how it rests in a crowd."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from jobs.committer import Committer
from jobs.dispatch import crowd, handover, marks
from jobs.dispatch.bell import our_bell
from jobs.dispatch.crowd import Crowd
from jobs.dispatch.dispatcher import Dispatcher
from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import FEW
from jobs.dispatch.rounds import take
from tests.jobs.dispatch.handover.orders import ping, submitted
from tests.jobs.fake_publisher import FakePublisher
from tests.jobs_seen import job_of, submit_ping
from tests.waiting import wait_for


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    """That keeps up."""
    made = Dispatcher("test")
    made.handover.keep_up(True)
    yield made
    made.stop()


@pytest.fixture
def submitter(dispatcher: Dispatcher) -> Iterator[Committer]:
    """In the same process."""
    made = Committer(our_bell().ring, dispatcher.handover)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def in_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crowd, "is_here", lambda _: True)


@pytest.mark.usefixtures("in_a_crowd")
def test_in_a_crowd_it_takes_no_more_from_the_table_than_leaves_without_a_rest(
    database: str, dispatcher: Dispatcher
) -> None:
    dispatcher._publisher = publisher = FakePublisher()
    made = [submit_ping() for _ in range(FEW + 1)]

    dispatcher._publish(called=True)

    assert ([one.job_id for one in publisher.sent], dispatcher._behind) == (made[:FEW], True)
    assert [one.job_id for one in take("another dispatcher")] == made[FEW:]


class Rests:
    """In place of the wait of an event: remembers what `seen` answered at each."""

    def __init__(self, stopping: threading.Event, seen: Callable[[], int]) -> None:
        self._wait, self._seen = stopping.wait, seen
        self.found: list[int] = []

    def wait(self, timeout: float) -> bool:
        self.found.append(self._seen())
        return self._wait(timeout)


@pytest.fixture
def rests(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> Rests:
    """How many messages were not confirmed yet at each rest."""
    made = Rests(dispatcher._stopping, lambda: len(dispatcher._publisher._waiting))
    monkeypatch.setattr(dispatcher._stopping, "wait", made.wait)
    return made


@pytest.mark.integration
@pytest.mark.usefixtures("in_a_crowd", "broker")
def test_in_a_crowd_it_rests_between_few_messages_and_after_the_round(
    sqlite_database: str, dispatcher: Dispatcher, submitter: Committer, rests: Rests
) -> None:
    submitted(submitter, *[ping() for _ in range(FEW + 1)])

    dispatcher.start()
    wait_for(lambda: len(rests.found) > 1, what="two rests")

    assert rests.found[:2] == [FEW, 0]


@pytest.mark.integration
@pytest.mark.usefixtures("in_a_crowd", "broker")
def test_it_stops_in_the_midst_of_a_rest(
    sqlite_database: str, dispatcher: Dispatcher, rests: Rests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "RESTING", 1e9)
    monkeypatch.setattr(crowd, "LONGEST_REST", 600.0)
    dispatcher.start()
    wait_for(lambda: rests.found, what="a rest")

    dispatcher.stop(30)

    assert not dispatcher.is_alive()


class Clock:
    """In place of the module `time`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


class SlowPublisher(FakePublisher):
    """A queue takes its time to confirm; which of its jobs were marked is looked at when more is to be published."""

    def __init__(self, clock: Clock, takes: float) -> None:
        super().__init__()
        self._clock, self._takes = clock, takes
        self.marked: list[bool] = []

    def publish(self, deliveries: Sequence[Delivery]) -> set[str]:
        self.marked = [job_of(one.job_id).published_at is not None for one in self.sent]
        self._clock.now += self._takes
        return super().publish(deliveries)


@pytest.mark.parametrize(("takes", "marked"), [(0.1, False), (6.0, True)])
def test_what_has_used_much_of_its_lease_is_marked_before_the_look_at_the_table(
    database: str,
    dispatcher: Dispatcher,
    submitter: Committer,
    monkeypatch: pytest.MonkeyPatch,
    takes: float,
    marked: bool,
) -> None:
    clock = Clock()
    for module in (handover, marks):
        monkeypatch.setattr(module, "time", clock)
    dispatcher._publisher = publisher = SlowPublisher(clock, takes)
    handed, looked_for = submitted(submitter, ping())[0], submit_ping()

    dispatcher._publish(called=True)

    assert [one.job_id for one in publisher.sent] == [handed, looked_for]
    assert publisher.marked == [marked]
