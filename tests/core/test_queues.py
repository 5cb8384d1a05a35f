"""Arguments of queues that a broker accepts and that lose messages nevertheless."""

import pytest

from core.queues import dead_letter_arguments, work_queue_arguments


@pytest.mark.parametrize("arguments", [work_queue_arguments(), dead_letter_arguments()], ids=["work", "dead letters"])
def test_every_quorum_queue_has_a_delivery_limit_and_none_is_negative(arguments: dict[str, object]) -> None:
    """RabbitMQ before 4 takes -1 without a word, and drops each message that comes back once."""
    limit = arguments["x-delivery-limit"]
    assert isinstance(limit, int)
    assert limit > 0
