"""PrivateBroker on the real RabbitMQ."""

import http.client
import time
from urllib.parse import urlsplit

import amqp
import psutil
import pytest

from launch.broker import PrivateBroker
from launch.ports import LOOPBACK
from launch.processes import families, is_alive
from tests.waiting import wait_for

pytestmark = pytest.mark.integration

QUEUE = "kept"
# RabbitMQ 3.10 writes the list of its quorum queues a moment after it has confirmed one: a queue whose node
# is killed within about a second of its first declaration stays without a leader for ever.
REGISTERED = 3.0


@pytest.fixture
def broker(broker_node: PrivateBroker) -> PrivateBroker:
    """For those that only look."""
    return broker_node


def connection(broker: PrivateBroker, user: str | None = None, password: str | None = None) -> amqp.Connection:
    url = urlsplit(broker.url)
    return amqp.Connection(f"{LOOPBACK}:{url.port}", user or url.username, password or url.password, connect_timeout=30)


def members(broker: PrivateBroker) -> list[psutil.Process]:
    return families(broker.processes.alive().values())


def test_the_url_opens_a_connection(broker):
    with connection(broker) as opened:
        assert opened.connected


@pytest.mark.parametrize(("user", "password"), [(None, "wrong"), ("guest", "guest")])
def test_anybody_else_is_refused(broker, user, password):
    with pytest.raises(amqp.AccessRefused), connection(broker, user, password):
        pass


def test_it_listens_on_loopback_only(broker):
    listening = [
        open_port.laddr.ip
        for process in members(broker)
        for open_port in process.net_connections("inet")
        if open_port.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 4
    assert set(listening) <= {"127.0.0.1", "::1"}


def test_the_management_api_answers_on_loopback(broker):
    url = urlsplit(broker.management_url)
    api = http.client.HTTPConnection(LOOPBACK, url.port, timeout=60)
    api.request("GET", f"{url.path}overview")
    assert api.getresponse().status == http.HTTPStatus.UNAUTHORIZED
    api.close()


def test_no_password_is_in_a_process_title(broker):
    password = urlsplit(broker.url).password
    assert all(password not in " ".join(process.cmdline()) for process in members(broker))


def test_a_durable_message_survives_a_kill(broker_of_its_own):
    with connection(broker_of_its_own) as opened:
        channel = opened.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message(b"still here", delivery_mode=2), routing_key=QUEUE)
    url = broker_of_its_own.url
    time.sleep(REGISTERED)

    broker_of_its_own.kill()
    broker_of_its_own.start()

    assert broker_of_its_own.url == url
    with connection(broker_of_its_own) as opened:
        kept = wait_for(lambda: opened.channel().basic_get(QUEUE, no_ack=True), what="the message")
    assert kept.body == b"still here"


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_no_process_is_left(broker_of_its_own, way):
    started = members(broker_of_its_own)
    assert len(started) >= 3
    getattr(broker_of_its_own, way)()
    assert not broker_of_its_own.is_running
    assert not any(map(is_alive, started))


def test_a_new_owner_ends_what_the_last_one_left(broker_of_its_own):
    left = members(broker_of_its_own)
    heir = PrivateBroker(broker_of_its_own.layout.directory)
    heir.start()
    assert heir.accepts_login()
    assert not any(map(is_alive, left))
    heir.stop()
