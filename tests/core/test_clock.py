"""Moments as Celery's clients name them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from core import clock
from core.clock import moment_of


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (datetime(2031, 1, 2, 3, 4, 5), datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)),  # noqa: DTZ001  - as Celery takes it
        ("2031-01-02T03:04:05+02:00", datetime(2031, 1, 2, 1, 4, 5, tzinfo=UTC)),
        (datetime(2031, 1, 2, tzinfo=timezone(timedelta(hours=1))), datetime(2031, 1, 1, 23, tzinfo=UTC)),
        (None, None),
        ("9999-12-31T23:59:59-12:00", clock.LAST),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), clock.FIRST),
    ],
)
def test_a_moment_is_understood_as_celery_does(asked: datetime | str | None, meant: datetime | None) -> None:
    assert moment_of(asked) == meant


def test_a_number_is_seconds_from_now() -> None:
    at = moment_of(60)

    assert at is not None
    assert timedelta(seconds=50) < at - clock.now() <= timedelta(seconds=60)
    assert (moment_of(1e300) or at) > at
