"""A program of its own: sends one request over and over on some connections, and prints how fast answers came.

`python -m benchmarks.load PORT PATH CONNECTIONS SECONDS`, with the body on standard input and a token in BENCH_TOKEN.
"""

import asyncio
import os
import sys
import time

import orjson
import uvloop

from benchmarks.frame import percentile
from benchmarks.http_client import Connection, connected, request_of


async def _client(connection: Connection, request: bytes, until: float, took: list[float]) -> None:
    while (started := time.perf_counter()) < until:
        status, body = await connection.send(request)
        if status >= 300:
            raise SystemExit(f"{status}: {body[:500]!r}")
        took.append(time.perf_counter() - started)


async def load(port: int, path: str, connections: int, seconds: float) -> dict[str, float]:
    body, token = sys.stdin.buffer.read(), os.environ.get("BENCH_TOKEN", "")
    request = request_of("POST", path, token=token, body=body)
    opened = [await connected(port) for _ in range(connections)]
    await asyncio.gather(*(_client(one, request, 0, []) for one in opened))
    took: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_client(one, request, started + seconds, took) for one in opened))
    lasted = time.perf_counter() - started
    return {"rate": len(took) / lasted, "p50": percentile(took, 0.5), "p99": percentile(took, 0.99)}


if __name__ == "__main__":
    port, path, connections, seconds = sys.argv[1:5]
    found = uvloop.run(load(int(port), path, int(connections), float(seconds)))
    sys.stdout.write(orjson.dumps(found).decode())
