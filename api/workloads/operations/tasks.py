"""The code behind `ping`."""

import time
from typing import Any

from jobs.handlers import RunningJob, handles
from jobs.retry import Backoff
from workloads.operations.contracts import PING, Ping

LOOK_UP = 0.25  # seconds of sleep between two looks whether it shall stop


class AskedToFail(Exception):
    """This ping was asked to fail, and may be tried again."""


@handles(PING, retry={AskedToFail: Backoff(base=0.5, cap=1.0, tries=20)})
def ping(job: RunningJob, payload: Ping) -> dict[str, Any]:
    """Raises AskedToFail while the job has been retried fewer than `fail_times` times."""
    _sleep(job, payload)
    if job.retries < payload.fail_times:
        raise AskedToFail(f"Asked to fail {payload.fail_times} times; this is failure {job.retries + 1}.")
    return {"status": "pong", "value": payload.value, "attempt": job.attempt}


def _sleep(job: RunningJob, payload: Ping) -> None:
    """Looks up in between, so that a cancel does not wait for the end. A ping without sleep asks nothing."""
    until = time.monotonic() + payload.sleep_s
    lines = iter(range(1, payload.log_lines + 1))
    while (left := until - time.monotonic()) > 0:
        job.checkpoint()
        _say(job, payload, next(lines, None))
        time.sleep(min(left, LOOK_UP))
    for line in lines:
        _say(job, payload, line)


def _say(job: RunningJob, payload: Ping, line: int | None) -> None:
    if line is not None:
        job.log(f"line {line} of {payload.log_lines}", line=line)
