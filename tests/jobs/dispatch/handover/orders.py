"""Orders that go to a dispatcher straight from their transaction."""

import asyncio
from typing import Any

from jobs.committer import Committer
from jobs.dispatch.handover import Handover, publish_handed
from jobs.dispatch.marks import Marks
from jobs.orders import Order
from tests.jobs.fake_publisher import FakePublisher
from workloads.operations.contracts import PING


def ping(**more: Any) -> Order:
    return Order(contract=PING, payload=PING.parse({}), **more)


def submitted(committer: Committer, *orders: Order) -> list[str]:
    return [one.job_id for one in asyncio.run(committer.submit(orders))]


def published(ours: Handover, publisher: FakePublisher) -> list[str]:
    """What has been published of what was handed over, and is marked."""
    marks = Marks()
    if handed := ours.take():
        publish_handed(publisher, handed, marks)
        marks.write()
    return [one.job_id for one in publisher.sent]
