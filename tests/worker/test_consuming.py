"""What a worker takes messages from, where its loop stands still while its keeper looks on."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from amqp.exceptions import PreconditionFailed
from celery import Celery
from structlog.testing import capture_logs

from core.db import writing
from jobs.queues import control
from worker.consuming import Consuming


class Loop:
    """Celery's consumer of one queue. What it is told to do waits until the loop turns, in any order."""

    def __init__(self, app: Celery) -> None:
        self._queues = app.amqp.queues
        self._soon: list[Callable[[], Any]] = []

    def call_soon(self, work: Callable[..., Any], *values: Any) -> None:
        self._soon.append(lambda: work(*values))

    def cancel_task_queue(self, queue: str) -> None:
        self._queues.deselect(queue)

    def add_task_queue(self, queue: str) -> None:
        self._queues.select_add(self._queues[queue])

    def turn(self, *, newest_first: bool) -> None:
        soon, self._soon = self._soon, []
        for work in reversed(soon) if newest_first else soon:
            work()


@pytest.fixture
def app(sqlite_database: str) -> Celery:
    return Celery(set_as_current=False, config_source={"task_default_queue": "default"})


def paused(yes: bool) -> None:
    with writing() as session:
        if yes:
            control.pause(session, "default", by="ann")
        else:
            control.resume(session, "default")


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("at_last", [True, False], ids=["paused", "open"])
def test_a_loop_that_stood_still_obeys_what_was_stored_last(app: Celery, at_last: bool, newest_first: bool) -> None:
    loop, consuming = Loop(app), Consuming(app)
    paused(at_last)
    consuming.obey(loop)
    loop.turn(newest_first=newest_first)

    for state in (not at_last, at_last):
        paused(state)
        consuming.obey(loop)
    loop.turn(newest_first=newest_first)

    assert set(app.amqp.queues.consume_from) == (set() if at_last else {"default"})


def test_a_pool_that_has_grown_has_grown_although_the_connection_broke_off(app: Celery) -> None:
    """The next one has the new prefetch; the operator was told that it had failed."""
    Consuming(app).renew(consumer_that_fails(ConnectionResetError()))


def test_a_pool_that_has_grown_on_a_connection_that_stands_is_not_done_unless_it_consumes(app: Celery) -> None:
    with pytest.raises(PreconditionFailed):
        Consuming(app).renew(consumer_that_fails(PreconditionFailed()))


def test_a_queue_that_could_not_be_left_at_once_is_named(app: Celery) -> None:
    consuming, consumer = Consuming(app), consumer_that_fails(ConnectionResetError())
    consuming.be_quiet()

    with capture_logs() as lines:
        consuming.stop(consumer)

    assert [(line["what"], line["error"]) for line in lines] == [("leave default", "ConnectionResetError: ")]


def consumer_that_fails(error: Exception) -> Any:
    """Celery's consumer, at whatever it asks the broker for."""

    def fail(*_: Any) -> None:
        raise error

    task_consumer = SimpleNamespace(cancel=lambda: None, consume=fail)
    return SimpleNamespace(
        connection_errors=(OSError,),
        qos=SimpleNamespace(update=lambda: None),
        task_consumer=task_consumer,
        cancel_task_queue=fail,
    )


def test_a_worker_that_became_quiet_while_its_loop_stood_still_comes_back_to_nothing(app: Celery) -> None:
    loop, consuming = Loop(app), Consuming(app)
    paused(True)
    consuming.leave_paused()
    paused(False)
    consuming.obey(loop)

    consuming.be_quiet()
    loop.turn(newest_first=False)

    assert set(app.amqp.queues.consume_from) == set()
