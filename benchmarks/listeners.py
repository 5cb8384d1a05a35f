"""A program of its own: many clients of the live stream; prints how long events were on their way.

`python -m benchmarks.listeners PORT CLIENTS SECONDS`, with a token in BENCH_TOKEN.
"""

import asyncio
import os
import re
import sys
import time
from typing import cast

import orjson
import uvloop

from benchmarks.frame import percentile
from benchmarks.http_client import request_of

SENT_AT = re.compile(rb'"at":([0-9.]+)')
EVENT = b"event: job-progress"
SETTLE = 2.0  # seconds until all are connected and have what they missed
PATIENCE = 30.0  # seconds that the first event gets on a machine that stands still for longer than is measured


class Listener(asyncio.Protocol):
    """Counts every event, and times the oldest and the newest of what arrives together."""

    def __init__(self, request: bytes, counting_from: float, took: list[float]) -> None:
        self._request, self._from, self._took = request, counting_from, took
        self.received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)  # uvloop's own are no subclass

    def data_received(self, data: bytes) -> None:
        now = time.time()
        if now < self._from:
            return
        self.received += data.count(EVENT)
        first, last = SENT_AT.search(data), SENT_AT.search(data, max(0, len(data) - 200))
        self._took += [now - float(one[1]) for one in (first, last) if one is not None]


async def listen(port: int, clients: int, seconds: float) -> dict[str, float]:
    request = request_of("GET", "/api/stream", token=os.environ["BENCH_TOKEN"])
    loop, counting_from = asyncio.get_running_loop(), time.time() + SETTLE
    took: list[float] = []
    made = [Listener(request, counting_from, took) for _ in range(clients)]
    for one in made:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(max(0.0, counting_from - time.time()) + seconds)
    received = sum(one.received for one in made)
    await _until_something_came(took)
    return {"p50": percentile(took, 0.5), "p99": percentile(took, 0.99), "rate": received / seconds}


async def _until_something_came(took: list[float]) -> None:
    """Raises SystemExit when nothing does."""
    ends = time.monotonic() + PATIENCE
    while not took:
        if time.monotonic() > ends:
            raise SystemExit("no event arrived")
        await asyncio.sleep(0.1)


if __name__ == "__main__":
    port, clients, seconds = sys.argv[1:4]
    sys.stdout.write(orjson.dumps(uvloop.run(listen(int(port), int(clients), float(seconds)))).decode())
