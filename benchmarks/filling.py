"""Jobs on their queue before anybody takes them."""

from core.contracts import catalog
from core.db import writing
from jobs.dispatch.publisher import Publisher
from jobs.dispatch.rounds import dispatch_once
from jobs.orders import Order
from jobs.submit import submit_many

AT_ONCE = 1_000
TASK = "ping"


def stored(count: int) -> None:
    """Rows that nobody has published yet."""
    contract = catalog.get(TASK)
    order = Order(contract=contract, payload=contract.parse({"value": 1}))
    for start in range(0, count, AT_ONCE):
        with writing() as session:
            submit_many(session, [order] * min(AT_ONCE, count - start))


def publish(publisher: Publisher) -> int:
    published = 0
    while taken := dispatch_once(publisher):
        published += taken
    return published


def fill(count: int) -> None:
    stored(count)
    publisher = Publisher("benchmark", heartbeat=0)
    publish(publisher)
    publisher.close()
