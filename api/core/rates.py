"""A rate limit such as `10/m`: how many may go in a time, spread evenly, kept in one stored moment.

The generic cell rate algorithm (ITU-T I.371), a leaky bucket read as a clock: each one that goes pushes `spent_until`
on by one interval, and nobody goes while it lies further ahead than a burst may.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Invalid

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
HIGHEST = 10_000  # a second: beyond that it is no limit
LONGEST = 20  # characters
NONE = timedelta()
CLOCKS_APART = timedelta(minutes=1)  # of two hosts, or of one before and after it was put right


class BadRate(Invalid):
    """A rate limit is a number, a slash and a unit: 5/s, 10/m, 100/h or 1000/d."""


@dataclass(frozen=True)
class Rate:
    """`count` in `period` seconds."""

    count: int
    period: int

    @property
    def interval(self) -> timedelta:
        return timedelta(seconds=self.period) / self.count

    @property
    def burst(self) -> int:
        """What one second brings may go at once, and one always: finer than that, nobody looks."""
        return max(1, self.count // self.period)

    def room(self, spent_until: datetime | None, now: datetime) -> int:
        """How many may go now."""
        return max(0, (self.burst * self.interval - self._ahead(spent_until, now)) // self.interval)

    def spend(self, spent_until: datetime | None, now: datetime, number: int) -> datetime:
        """The new `spent_until` after `number` have gone."""
        return now + self._ahead(spent_until, now) + number * self.interval

    def free_at(self, spent_until: datetime | None, now: datetime) -> datetime:
        """When the next one may go; now, if it may."""
        return now + max(NONE, self._ahead(spent_until, now) - (self.burst - 1) * self.interval)

    def _ahead(self, spent_until: datetime | None, now: datetime) -> timedelta:
        """Never further than this rate can have pushed it. Where it lies, a slower one or another clock was at work,
        and one may go: whoever waited for that moment could wait for days."""
        ahead, most = spent_until - now if spent_until is not None else NONE, self.burst * self.interval
        if ahead > most + CLOCKS_APART:
            return most - self.interval
        return min(max(NONE, ahead), most)


def parse_rate(text: str) -> Rate:
    """Raises BadRate."""
    found = re.fullmatch(r"\s*([1-9]\d{0,8})\s*/\s*([smhd])\s*", text)
    if found is None or len(text) > LONGEST:
        raise BadRate(f"{text!r} is no rate limit. {BadRate.__doc__}")
    rate = Rate(int(found[1]), SECONDS[found[2]])
    if rate.count > HIGHEST * rate.period:
        raise BadRate(f"{text!r} is no limit: at most {HIGHEST:,} a second can be told apart.")
    return rate
