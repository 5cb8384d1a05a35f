"""Bodies for attempts without a worker around them; conftest.py runs them."""

from collections.abc import Callable
from typing import Any

from jobs.handlers import RunningJob
from workloads.operations.contracts import Ping

Body = Callable[[RunningJob, Ping], Any]
Run = Callable[..., Any]


class Busy(Exception):
    """The provider asks for patience."""


def raising(error: BaseException) -> Body:
    def body(_job: RunningJob, _payload: Ping) -> None:
        raise error

    return body
