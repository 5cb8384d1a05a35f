"""Which exceptions are worth another try, and when. What no table names is permanent."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

FLOOR = 1.0  # seconds: a shorter wait would only race with the write that asked for it


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Exponential with full jitter (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).

    `base` and `cap` are seconds; `tries` counts the retries after the first attempt.
    """

    base: float = 2.0
    cap: float = 300.0
    tries: int = 3

    def delay(self, retries: int, *, retry_after: float | None = None) -> float:
        """Seconds until the retry after `retries` earlier ones; a provider's `retry_after` is never undercut."""
        ceiling = min(self.cap, self.base * 2**retries)
        jittered = random.uniform(0, ceiling)
        return max(FLOOR, retry_after or 0.0, jittered)


RetryTable = Mapping[type[BaseException], Backoff]


def delay_for(table: RetryTable, error: BaseException, retries: int) -> float | None:
    """Seconds to wait before `error` is tried again; None when it is permanent or the tries are used up."""
    backoff = next((table[kind] for kind in type(error).__mro__ if kind in table), None)
    if backoff is None or retries >= backoff.tries:
        return None
    return backoff.delay(retries, retry_after=getattr(error, "retry_after", None))
