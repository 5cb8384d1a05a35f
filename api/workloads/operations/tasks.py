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
    so_far = job.state or {"slept_s": 0.0, "said": 0}
    begun, said = time.monotonic() - so_far["slept_s"], so_far["said"]
    while (slept := time.monotonic() - begun) < payload.sleep_s:
        job.checkpoint()
        if job.slice_is_over():
            job.continue_later({"slept_s": slept, "said": said})
        said = _say_next(job, payload, said)
        time.sleep(min(payload.sleep_s - slept, LOOK_UP))
    while said < payload.log_lines:
        said = _say_next(job, payload, said)


def _say_next(job: RunningJob, payload: Ping, said: int) -> int:
    """How many lines it has said then."""
    if said == payload.log_lines:
        return said
    job.log(f"line {said + 1} of {payload.log_lines}", line=said + 1)
    return said + 1
