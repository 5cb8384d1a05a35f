"""taskiq with taskiq-aio-pika as it is shipped, no results."""

import asyncio
import os
import sys

import ends
from taskiq_aio_pika import AioPikaBroker

AT_ONCE = 200

broker = AioPikaBroker(os.environ["BENCH_BROKER"])


@broker.task(task_name="noop")
async def noop(value: int) -> None:
    ends.note()


async def send(count: int) -> None:
    await broker.startup()
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(noop.kiq(1) for _ in range(min(AT_ONCE, count - start))))
    await broker.shutdown()


if __name__ == "__main__":
    asyncio.run(send(int(sys.argv[1])))
    print("{}")
