"""What a real worker does with messages that it can do nothing with: none is lost, and it goes on."""

from datetime import timedelta
from typing import Any

import pytest
from amqp import Message

from core import clock
from core.queues import EXCHANGE, Queue
from jobs.dead_letters.consumer import DeadLetterConsumer
from jobs.dispatch.message import message_of
from jobs.states import JobState
from tests.conftest import StartWorker
from tests.jobs.dead_letters.dead_messages import channel, delivery_of, message
from tests.jobs.dead_letters.letters import letter_of, letters
from tests.jobs.running import set_row
from tests.jobs_seen import job_of, state_of, submit_ping, wait_until
from tests.waiting import wait_for

pytestmark = pytest.mark.integration

KNOWN = {"id": "known", "task": "ping"}


def send(dead: Message) -> None:
    with channel() as opened:
        opened.basic_publish(dead, EXCHANGE, Queue.DEFAULT.value)


def of_the_next_release(job_id: str) -> Message:
    """As in a rolling deploy: who sent it knows the task, and this worker does not."""
    return message_of(delivery_of(job_of(job_id), task="of_the_next_release"))


def test_unreadable_and_unknown_messages_become_dead_letters_and_the_worker_goes_on(
    sqlite_database: str, broker: str, start_worker: StartWorker
) -> None:
    start_worker("-c", "1")
    rolling = submit_ping(due_at=clock.now() + timedelta(hours=1))
    set_row(rolling, state="queued", published_at=clock.now())
    send(of_the_next_release(rolling))
    bad: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
        ({}, "[[], {", {}),
        (KNOWN | {"id": "cut"}, "[[], {", {}),
        (KNOWN | {"id": "pickled"}, "x", {"content_type": "application/x-python-serialize"}),
        ({"id": "stranger", "task": "nobody_knows_it"}, "[[1], {}, {}]", {}),
        ({}, '"no task in it"', {}),
    ]
    for headers, body, properties in bad:
        send(message(headers, body, content_encoding="utf-8", **properties))

    consumer = DeadLetterConsumer()
    consumer.start()
    try:
        wait_for(lambda: len(letters()) == len(bad) + 1, what="a letter for each")
    finally:
        consumer.stop()

    causes = [one.cause for one in letters()]
    assert sorted(causes) == ["not_json", *["unknown_task"] * 2, *["unreadable"] * 3]
    assert letter_of("stranger").x_death[0]["reason"] == "rejected"
    assert (state_of(rolling), job_of(rolling).dispatch) == (JobState.RETRYING, 2)
    wait_until(submit_ping(), JobState.SUCCEEDED)
