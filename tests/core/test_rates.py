"""Rate limits as text, and the one stored moment that keeps them."""

from datetime import UTC, datetime, timedelta

import pytest

from core.rates import BadRate, Rate, parse_rate

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("5/s", Rate(5, 1)), ("10/m", Rate(10, 60)), (" 100 / h ", Rate(100, 3600)), ("1/d", Rate(1, 86_400))],
)
def test_a_rate_is_read(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "10", "0/m", "-1/s", f"10{' ' * 20}/m", "10/min", "1.5/s", "ten/m", "10/m;", "10//m"]
)
def test_what_is_no_rate_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadRate, match="10/m"):
        parse_rate(text)


def test_more_than_can_be_told_apart_is_refused() -> None:
    with pytest.raises(BadRate, match="10,000 a second"):
        parse_rate("10001/s")


def test_a_slow_rate_lets_one_go_at_a_time() -> None:
    rate = parse_rate("10/m")
    spent = rate.spend(None, NOW, 1)

    assert (rate.room(None, NOW), rate.room(spent, NOW)) == (1, 0)
    assert rate.free_at(spent, NOW) == NOW + timedelta(seconds=6)
    assert rate.room(spent, NOW + timedelta(seconds=6)) == 1


def test_a_fast_rate_lets_a_second_worth_go_at_once() -> None:
    rate = parse_rate("100/s")
    spent = rate.spend(None, NOW, 60)

    assert rate.room(spent, NOW) == 40
    assert rate.room(rate.spend(spent, NOW, 40), NOW) == 0
    assert rate.room(rate.spend(spent, NOW, 40), NOW + timedelta(milliseconds=500)) == 50


def test_what_was_not_used_is_not_saved_up_beyond_a_burst() -> None:
    rate = parse_rate("10/m")

    assert rate.room(NOW - timedelta(hours=1), NOW) == 1


@pytest.mark.parametrize("text", ["7/s", "10/m", "100/h", "250/m"])
def test_no_window_sees_more_than_the_rate_and_one_burst(text: str) -> None:
    """As a dispatcher does that looks twice a second and takes all it may."""
    rate, spent, gone = parse_rate(text), None, 0
    for tick in range(600):
        now = NOW + timedelta(seconds=tick / 2)
        room = rate.room(spent, now)
        spent, gone = rate.spend(spent, now, room) if room else spent, gone + room

    due = rate.count * 300 / rate.period
    assert due - 1 <= gone <= due + rate.burst


@pytest.mark.parametrize("text", ["10/s", "10/m", "1/h"])
def test_a_moment_that_this_rate_cannot_have_left_lets_one_go_and_the_rate_is_kept_from_there(text: str) -> None:
    """A clock that was put right or a slower rate has left it: jobs would wait until then, for hours or days."""
    rate = parse_rate(text)
    far_ahead = NOW + timedelta(days=9)

    assert (rate.room(far_ahead, NOW), rate.free_at(far_ahead, NOW)) == (1, NOW)
    spent = rate.spend(far_ahead, NOW, 1)
    assert (spent, rate.room(spent, NOW)) == (NOW + rate.burst * rate.interval, 0)


def test_two_clocks_that_are_a_little_apart_let_nobody_go_too_early() -> None:
    rate = parse_rate("10/m")
    spent = rate.spend(None, NOW, 1)

    assert rate.room(spent, NOW - timedelta(seconds=59)) == 0
