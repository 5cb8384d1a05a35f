"""Which exceptions are worth another try, and when. What no table names is permanent."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

FLOOR = 1.0  # seconds: a shorter wait would only race with the write that asked for it
LONGEST = 24 * 3600.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Exponential with full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).

    `base` and `cap` are seconds; `tries` counts the retries after the first attempt.
    """

    base: float = 2.0
    cap: float = 300.0
    tries: int = 3

    def delay(self, retries: int, *, retry_after: float | None = None) -> float:
        """Seconds until the retry after `retries` earlier ones; a provider's `retry_after` (up to a day) is kept."""
        ceiling = min(self.cap, self.base * 2**retries)
        jittered = random.uniform(0, ceiling)
        return max(FLOOR, _waited_for(retry_after), jittered)


def _waited_for(asked: object) -> float:
    """What a provider asked for, if it is a number of seconds; nobody waits for longer than a day."""
    if not isinstance(asked, int | float) or math.isnan(asked):
        return 0.0
    return min(float(asked), LONGEST)


RetryTable = Mapping[type[BaseException], Backoff]


def delay_for(table: RetryTable, error: BaseException, retries: int) -> float | None:
    """Seconds to wait before `error` is tried again; None when it is permanent or the tries are used up."""
    backoff = next((table[kind] for kind in type(error).__mro__ if kind in table), None)
    if backoff is None or retries >= backoff.tries:
        return None
    return backoff.delay(retries, retry_after=getattr(error, "retry_after", None))
