"""Which failures are tried again, and when."""

from typing import Any

import pytest

from jobs.retry import FLOOR, Backoff, delay_for


class Busy(Exception):
    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after


class VeryBusy(Busy):
    pass


TABLE = {Busy: Backoff(base=10, cap=60, tries=3), ConnectionError: Backoff(base=1, tries=1)}


@pytest.mark.parametrize(
    ("retries", "ceiling"),
    [
        pytest.param(0, 10, id="the first wait is at most the base"),
        pytest.param(1, 20, id="then it doubles"),
        pytest.param(2, 40, id="and doubles"),
        pytest.param(9, 60, id="up to the cap"),
        pytest.param(5_000, 60, id="however often"),
    ],
)
def test_a_wait_is_jittered_between_the_floor_and_its_ceiling(retries: int, ceiling: float) -> None:
    delays = [Backoff(base=10, cap=60).delay(retries) for _ in range(500)]

    assert all(FLOOR <= one <= ceiling for one in delays)
    assert max(delays) - min(delays) > ceiling / 2


def test_no_wait_is_shorter_than_the_floor() -> None:
    assert Backoff(base=0.001).delay(0) == FLOOR == 1.0


def test_what_the_provider_asks_for_is_never_undercut() -> None:
    assert Backoff(base=1, cap=2).delay(0, retry_after=120) == 120


@pytest.mark.parametrize(("asked", "kept"), [(float("inf"), 86_400), (float("nan"), 1), ("120", 1), (-5, 1)])
def test_nonsense_of_a_provider_keeps_nobody_waiting_for_ever(asked: Any, kept: float) -> None:
    assert Backoff(base=0.1, cap=0.5).delay(0, retry_after=asked) == kept


def test_a_provider_that_asks_for_nothing_gets_our_own_wait() -> None:
    assert Backoff(base=1, cap=2).delay(0, retry_after=0) <= 2


@pytest.mark.parametrize(
    ("error", "retries", "tried_again"),
    [
        pytest.param(Busy(), 0, True, id="in the table"),
        pytest.param(VeryBusy(), 0, True, id="a kind of what is in the table"),
        pytest.param(ConnectionResetError(), 0, True, id="a kind of a built-in one"),
        pytest.param(Busy(), 2, True, id="the last try"),
        pytest.param(Busy(), 3, False, id="no tries left"),
        pytest.param(ConnectionError(), 1, False, id="each kind has its own number of tries"),
        pytest.param(ValueError(), 0, False, id="not in the table is permanent"),
    ],
)
def test_the_class_of_the_error_is_the_policy(error: Exception, retries: int, tried_again: bool) -> None:
    assert (delay_for(TABLE, error, retries) is not None) is tried_again


def test_the_nearest_class_in_the_table_decides() -> None:
    table = {Exception: Backoff(base=1, cap=1), Busy: Backoff(base=1, cap=1, tries=0)}

    assert delay_for(table, VeryBusy(), 0) is None


def test_an_error_that_carries_a_wait_is_given_it() -> None:
    delay = delay_for(TABLE, Busy(retry_after=300), 0)

    assert delay == 300
