"""The dead letter queue is emptied into the table, and no moment of dying in between loses or doubles anything."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import pytest
from amqp import Channel

from core.queues import DEAD_LETTER_QUEUE, EXCHANGE, Queue
from jobs.broker import ready_messages
from jobs.dead_letters import consumer
from jobs.dead_letters.consumer import DeadLetterConsumer, settle
from jobs.dispatch.message import message_of
from jobs.states import JobState
from tests.jobs.dead_letters.dead_messages import channel, delivery_of, message, refuse
from tests.jobs.dead_letters.letters import letter_of, letters
from tests.jobs_seen import job_of, state_of, submit_ping
from tests.waiting import wait_for

WRITING = ("/dead_letters/consumer.py", "/dead_letters/intake.py", "/jobs/notes.py")  # reading it changes nothing


class KilledHereError(BaseException):
    """Stands for kill -9: nothing catches it, what was not committed or acknowledged is gone."""


@contextmanager
def dying_on_line(number: int) -> Iterator[Callable[[], bool]]:
    """The process dies before the line of ours that would be run as the `number`th; answers whether it did."""
    seen = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal seen
        if not frame.f_code.co_filename.endswith(WRITING):
            return None
        if event == "line":
            seen += 1
            if seen == number:
                raise KilledHereError
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: seen >= number
    finally:
        sys.settrace(before)


def take_one(opened: Channel) -> None:
    settle(opened, wait_for(lambda: opened.basic_get(DEAD_LETTER_QUEUE), what="a dead letter"))


def dies_on_line(number: int, opened: Channel) -> bool:
    """False when all was done before it came to that line. What it held goes back to the queue."""
    mortal, acknowledged = opened.connection.channel(), list[str]()
    mortal.basic_ack = lambda tag: (Channel.basic_ack(mortal, tag), acknowledged.append(tag))
    got = wait_for(lambda: mortal.basic_get(DEAD_LETTER_QUEUE), what="a dead letter")
    with suppress(KilledHereError), dying_on_line(number) as died:
        settle(mortal, got)
    mortal.close()
    back = 0 if acknowledged else 1
    wait_for(
        lambda: ready_messages(opened, DEAD_LETTER_QUEUE) == back, what="the queue to have it back, or be rid of it"
    )
    return died()


def test_a_process_that_dies_on_any_line_loses_no_dead_letter_and_makes_none_twice(
    sqlite_database: str, broker: str
) -> None:
    number, died = 0, True
    with channel() as opened:
        while died:
            number += 1
            job_id = submit_ping()
            refuse(opened, message_of(delivery_of(job_of(job_id))))

            died = dies_on_line(number, opened)
            if got := opened.basic_get(DEAD_LETTER_QUEUE):  # by whoever is there next
                settle(opened, got)

            job, letter = job_of(job_id), letter_of(job_id)
            assert (job.state, job.dispatch, letter.redrives) == (JobState.RETRYING, 2, 1), f"died on line {number}"
        assert ready_messages(opened, DEAD_LETTER_QUEUE) == 0
    assert len(letters()) == number
    assert number > 30


@contextmanager
def consuming() -> Iterator[None]:
    running = DeadLetterConsumer()
    running.start()
    try:
        yield
    finally:
        running.stop()


def test_whatever_the_broker_gives_up_on_is_written_down_and_gone_from_its_queue(database: str, broker: str) -> None:
    job_id = submit_ping()
    with channel() as opened, consuming():
        refuse_unseen(opened, message({"id": "their-id", "task": "elsewhere"}))
        refuse_unseen(opened, message({}, "[[], {", content_type="application/json"))
        refuse_unseen(opened, message({"id": "pickled", "task": "ping"}, content_type="application/x-pickle"))
        refuse_unseen(opened, message_of(delivery_of(job_of(job_id))))

        wait_for(lambda: len(letters()) == 4, what="four letters")
        wait_for(lambda: ready_messages(opened, DEAD_LETTER_QUEUE) == 0, what="an empty queue")

    assert sorted(one.cause for one in letters()) == ["not_json", "unknown_task", "unknown_task", "unreadable"]
    assert state_of(job_id) == JobState.RETRYING


def refuse_unseen(opened: Channel, dead: Any) -> None:
    opened.basic_publish(dead, EXCHANGE, Queue.DEFAULT.value)
    got = wait_for(lambda: opened.basic_get(Queue.DEFAULT.value), what="the message")
    opened.basic_reject(got.delivery_tag, requeue=False)


def test_the_backstop_a_message_that_comes_back_too_often_is_dead_lettered_and_its_job_dispatched_again(
    sqlite_database: str, broker: str
) -> None:
    job_id = submit_ping()
    with channel() as opened:
        opened.basic_publish(message_of(delivery_of(job_of(job_id))), EXCHANGE, Queue.DEFAULT.value)
        while not ready_messages(opened, DEAD_LETTER_QUEUE):
            if got := opened.basic_get(Queue.DEFAULT.value):
                opened.basic_reject(got.delivery_tag, requeue=True)
        take_one(opened)

    letter = letter_of(job_id)
    assert (letter.x_death[0]["reason"], letter.cause) == ("delivery_limit", "undelivered")
    assert (state_of(job_id), job_of(job_id).dispatch) == (JobState.RETRYING, 2)


def test_the_dead_letter_queue_itself_drops_nothing_however_often_it_comes_back(
    sqlite_database: str, broker: str
) -> None:
    """A limit of -1 is accepted by RabbitMQ 3.10, and the message vanishes when it is first put back."""
    with channel() as opened:
        refuse(opened, message({"id": "their-id", "task": "elsewhere"}))
        for _ in range(50):
            got = wait_for(lambda: opened.basic_get(DEAD_LETTER_QUEUE), what="the dead letter")
            opened.basic_reject(got.delivery_tag, requeue=True)
        take_one(opened)

    assert letter_of("their-id").cause == "unknown_task"


def test_one_process_takes_over_from_another(sqlite_database: str, broker: str) -> None:
    with channel() as first:
        refuse(first, message({"id": "held", "task": "elsewhere"}))
        assert first.basic_get(DEAD_LETTER_QUEUE)
        with consuming():
            first.connection.collect()
            wait_for(letters, what="the letter")
    with channel() as opened:
        wait_for(lambda: ready_messages(opened, DEAD_LETTER_QUEUE) == 0, what="an empty queue")
    assert [one.id for one in letters()] == ["held"]


def test_what_could_not_be_written_down_stays_in_the_queue(
    sqlite_database: str, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> None:
        raise ValueError("some fault of ours")

    with channel() as opened:
        refuse(opened, message({"id": "their-id", "task": "elsewhere"}))
    with channel() as opened, monkeypatch.context() as patch:
        patch.setattr(consumer, "take_in", broken)
        with pytest.raises(ValueError, match="fault"):
            take_one(opened)
    with channel() as opened:
        take_one(opened)

    assert [one.id for one in letters()] == ["their-id"]
