"""A publisher without a broker, for what happens in the table."""

from collections.abc import Sequence
from typing import Any

from jobs.dispatch.message import Delivery
from jobs.dispatch.publisher import Publisher


class FakePublisher(Publisher):
    """Takes everything but what is in `refuses`; keeps what it was given."""

    def __init__(self, *, refuses: Sequence[str] = (), fails: Exception | None = None) -> None:
        super().__init__("fake")
        self.refuses, self.fails = set(refuses), fails
        self.sent: list[Delivery] = []

    def open(self) -> Any:
        return None

    def publish(self, deliveries: Sequence[Delivery]) -> set[str]:
        self.sent += deliveries
        if self.fails:
            raise self.fails
        return {one.job_id for one in deliveries} - self.refuses
