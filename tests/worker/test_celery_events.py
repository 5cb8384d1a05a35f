"""Celery's events leave from the worker's event loop, which nothing may hold up for long."""

import pytest
from celery import Celery

from tests.chaos.proxy import proxy_before

pytestmark = pytest.mark.integration


@pytest.mark.timeout(60)
def test_a_sign_of_life_does_not_wait_for_a_broker_that_is_away(broker: str) -> None:
    """Celery would try until it is back, and its event loop stand still: no signal heeded, no connection renewed."""
    with proxy_before(broker) as proxy:
        app = Celery("test", broker=proxy.url, events="worker.celery_events:EventsOfWorkers")
        with app.connection_for_write() as connection:
            dispatcher = app.events.Dispatcher(connection, hostname="test@localhost")
            dispatcher.send("worker-heartbeat", retry=True)
            assert not dispatcher._outbound_buffer

            proxy.close()
            dispatcher.send("worker-heartbeat", retry=True)

            assert len(dispatcher._outbound_buffer) == 1


def test_a_sign_of_life_leaves_on_a_new_connection_when_the_old_one_is_lost(broker: str) -> None:
    app = Celery("test", broker=broker, events="worker.celery_events:EventsOfWorkers")
    with app.connection_for_write() as connection:
        dispatcher = app.events.Dispatcher(connection, hostname="test@localhost")
        lost = connection.connection
        lost.sock.close()

        dispatcher.send("worker-heartbeat", retry=True)

        assert not dispatcher._outbound_buffer
        assert connection.connection is not lost
