"""The time, in one place, always UTC and always aware; and which moments can be kept.

In UTC, the last hours of the year 9999 are in the next year for those to the west. PostgreSQL would store that, and no
Python could read the row again, nor any list that it is in.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
LONGEST = 1e9  # seconds; nobody waits for thirty years


def now() -> datetime:
    return datetime.now(UTC)


def kept(moment: datetime) -> datetime:
    """The nearest moment that can be kept. `moment` is aware."""
    return min(max(moment, FIRST), LAST)


def moment_of(asked: float | datetime | str | None) -> datetime | None:
    """As Celery means `countdown`, `eta` and `expires`: seconds from now, or a moment, which is UTC where it names no
    zone. Raises ValueError."""
    if asked is None:
        return None
    if isinstance(asked, int | float):
        return now() + timedelta(seconds=min(max(asked, 0), LONGEST))
    at = datetime.fromisoformat(asked) if isinstance(asked, str) else asked
    return kept(at if at.tzinfo else at.replace(tzinfo=UTC))


def _can_be_kept(moment: datetime) -> datetime:
    if kept(moment) != moment:
        raise ValueError(f"must lie between the years {FIRST.year} and {LAST.year}")
    return moment


# A moment as clients may send it.
Moment = Annotated[AwareDatetime, AfterValidator(_can_be_kept)]
