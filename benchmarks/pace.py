"""A program of its own: submits jobs at a steady rate, waits for each, and prints p50 and p99 of how long it took.

`python -m benchmarks.pace PORT RATE SECONDS`, with a token in BENCH_TOKEN.
"""

import asyncio
import os
import sys
import time
from datetime import datetime

import orjson
import uvloop

from benchmarks.frame import percentile
from benchmarks.http_client import Connection, connected, request_of

BODY = orjson.dumps({"task": "ping", "payload": {"value": 1}})
CONNECTIONS = 64


async def _one(connection: Connection, token: str) -> tuple[float, float]:
    """Seconds from sending until the job started, and until its end was told."""
    sent = time.time()
    status, accepted = await connection.send(request_of("POST", "/api/jobs", token=token, body=BODY))
    if status != 202:
        raise SystemExit(f"{status}: {accepted!r}")
    path = f"/api/jobs/{orjson.loads(accepted)['job_id']}?wait=30"
    _, told = await connection.send(request_of("GET", path, token=token))
    job = orjson.loads(told)
    return datetime.fromisoformat(job["started_at"]).timestamp() - sent, time.time() - sent


async def pace(port: int, rate: float, seconds: float) -> dict[str, list[float]]:
    token = os.environ["BENCH_TOKEN"]
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await connected(port))

    async def at(moment: float) -> tuple[float, float]:
        await asyncio.sleep(moment)
        connection = await free.get()
        try:
            return await _one(connection, token)
        finally:
            free.put_nowait(connection)

    found = await asyncio.gather(*(at(number / rate) for number in range(max(1, int(rate * seconds)))))
    starts, answers = zip(*found, strict=True)
    return {
        name: [percentile(took, 0.5), percentile(took, 0.99)] for name, took in (("start", starts), ("answer", answers))
    }


if __name__ == "__main__":
    port, rate, seconds = sys.argv[1:4]
    sys.stdout.write(orjson.dumps(uvloop.run(pace(int(port), float(rate), float(seconds)))).decode())
