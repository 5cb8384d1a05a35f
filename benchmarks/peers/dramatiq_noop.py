"""dramatiq on RabbitMQ as it is shipped: classic queues, no results."""

import os
import sys

import dramatiq
import ends
from dramatiq.brokers.rabbitmq import RabbitmqBroker

dramatiq.set_broker(RabbitmqBroker(url=os.environ["BENCH_BROKER"]))


@dramatiq.actor
def noop(value: int) -> None:
    ends.note()


if __name__ == "__main__":
    for _ in range(int(sys.argv[1])):
        noop.send(1)
    print("{}")
