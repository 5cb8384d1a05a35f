"""Growing and shrinking the pool, on the worker's own loop."""

import os
import signal
from contextlib import suppress
from typing import Any

from worker.consuming import Consuming

END_WITHIN = 1.0  # seconds


class Refused(Exception):
    """The order cannot be carried out; says why in one sentence."""


class NotNow(Refused):
    """It may be possible in a moment."""


class PoolSize:
    """`consumer` is Celery's."""

    def __init__(self, consumer: Any, consuming: Consuming) -> None:
        self._consumer = consumer
        self._consuming = consuming

    @property
    def now(self) -> int:
        return int(self._consumer.pool.num_processes)

    def grow(self) -> None:
        """By one. Raises Refused."""
        self._check_resizable("grow")
        self._consumer.pool.grow(1)
        self._look_after_itself()
        self._resized(1)

    def shrink(self) -> None:
        """By one idle process. Raises Refused, and NotNow while all are at work."""
        self._check_resizable("shrink")
        if self.now <= 1:
            raise Refused("It has one process, and needs it.")
        self._check_nobody_is_about_to_begin()
        try:
            self._consumer.pool.shrink(1)
        except ValueError:
            raise NotNow("Every process is at work: try again later.") from None
        self._end_the_chosen()
        self._resized(-1)

    def _check_resizable(self, how: str) -> None:
        if self._consumer.controller.autoscaler:
            raise Refused("It was started with --autoscale and sets its size itself.")
        if not hasattr(self._consumer.pool, how):
            raise Refused(f"Its pool cannot {how}: start it again with another -c.")

    def _look_after_itself(self) -> None:
        """Now, instead of at the pool's next look five seconds later."""
        maintain = getattr(self._processes, "maintain_pool", None)
        if maintain is not None:
            maintain()

    def _end_the_chosen(self) -> None:
        """With REMAP_SIGTERM children ignore the signal that Celery sends them. They are idle, and share no lock."""
        for process in list(getattr(self._processes, "_pool", ())):
            if process._controlled_termination:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
                process.join(END_WITHIN)
        self._look_after_itself()

    @property
    def _processes(self) -> Any:
        """Billiard's pool, of a worker that has child processes."""
        return getattr(self._consumer.pool, "_pool", None)

    def _check_nobody_is_about_to_begin(self) -> None:
        """A process that was sent a job and has not said yet that it has it looks idle, and would take it along."""
        sent = getattr(self._processes, "_cache", {})
        if not all(job.accepted() for job in list(sent.values())):
            raise NotNow("Jobs are just beginning: try again later.")

    def _resized(self, by: int) -> None:
        self._consumer._update_prefetch_count(by)
        self._consuming.renew(self._consumer)
