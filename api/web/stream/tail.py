"""Reads the broker's event stream from five minutes ago into the ring, and goes on for ever."""

from dataclasses import replace
from typing import Any

import orjson
import structlog
from amqp import Channel, Message
from amqp.exceptions import NotFound
from kombu import Connection

from core import ids
from core.queues import EVENT_EXCHANGE, EVENT_STREAM
from jobs.broker import declare_event_stream, declare_topology
from jobs.events import event
from jobs.listener import Listener
from web.stream.hub import RESET, Hub
from web.stream.ring import END_OF_TIME, LiveEvent, Position

log = structlog.get_logger(__name__)

LOOK_BACK = "5m"
PREFETCH = 500
LIVE_KINDS = ("job-", "agent-", "alert-", "worker-online", "worker-offline")
MARKER = "stream-marker"
HIDDEN = frozenset({"type", "clock", "utcoffset", "pid", "timestamp", "hostname"})


class Tail(Listener):
    """Resumes at the next offset after a lost connection; a stream that was made anew is noticed by its offsets."""

    def __init__(self, hub: Hub) -> None:
        super().__init__("event tail")
        self._hub = hub
        self._marker = ""

    def attach(self, connection: Connection) -> None:
        declare_topology(connection.channel())
        channel = connection.channel()
        try:
            declare_event_stream(channel)
        except NotFound as error:
            log.error("the event stream cannot be used: live views work, but cannot catch up", error=str(error))
            self._consume_without_past(connection.channel())
        else:
            self._consume(channel)
            self._send_marker(channel)

    def _consume_without_past(self, channel: Channel) -> None:
        """A queue of our own that lives as long as this connection; whoever reconnects is told to reload."""
        queue = channel.queue_declare("", exclusive=True, auto_delete=True).queue
        channel.queue_bind(queue, EVENT_EXCHANGE, "#")
        channel.basic_consume(queue, no_ack=True, callback=self._on_passing_message)

    def _on_passing_message(self, message: Message) -> None:
        raw = [one for one in _decode(message.body) if _is_live(one)]
        self._hub.publish([replace(_live(0, 0, one), position=None) for one in raw])

    def _consume(self, channel: Channel) -> None:
        """Always from five minutes ago: what the ring has already is recognised by its offset."""
        channel.basic_qos(0, PREFETCH, False)
        channel.basic_consume(
            EVENT_STREAM,
            no_ack=False,
            callback=lambda message: self._on_message(channel, message),
            arguments={"x-stream-offset": LOOK_BACK},
        )

    def _send_marker(self, channel: Channel) -> None:
        """When it comes back, everything before it has been read."""
        self._marker = ids.new_id()
        message = Message(orjson.dumps(event(MARKER, marker=self._marker)), content_type="application/json")
        channel.basic_publish(message, EVENT_EXCHANGE, "stream.marker")

    def _on_message(self, channel: Channel, message: Message) -> None:
        channel.basic_ack(message.delivery_tag)
        offset = int(message.headers["x-stream-offset"])
        raw = _decode(message.body)
        if self._is_marker(raw):
            self._on_marker(offset)
        elif offset >= self._hub.ring.next_offset:
            self._on_events(offset, raw)

    def _on_events(self, offset: int, raw: list[dict[str, Any]]) -> None:
        live = [_live(offset, index, one) for index, one in enumerate(raw) if _is_live(one)]
        self._hub.ring.add(offset, live)
        self._hub.publish(live)

    def _is_marker(self, raw: list[dict[str, Any]]) -> bool:
        return any(one.get("marker") == self._marker for one in raw)

    def _on_marker(self, offset: int) -> None:
        """The newest message of all: an offset below what the ring has seen means that the stream is a new one."""
        if offset < self._hub.ring.next_offset:
            log.warning("the event stream was made anew; clients reload")
            self._hub.ring.clear()
            self._hub.publish([RESET])
        self._hub.ring.add(offset, [])
        self._hub.set_caught_up()


def _decode(body: bytes | str) -> list[dict[str, Any]]:
    """A body is one event or, for Celery's `task.multi`, a list; what is neither is passed over."""
    try:
        decoded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    events = decoded if isinstance(decoded, list) else [decoded]
    return [one for one in events if isinstance(one, dict)]


def _is_live(raw: dict[str, Any]) -> bool:
    return str(raw.get("type", "")).startswith(LIVE_KINDS)


def _timestamp(value: object) -> float:
    """0 for what is no time: one odd event of a foreign sender must not stop the tail."""
    return float(value) if isinstance(value, int | float) and 0 <= value < END_OF_TIME / 1000 else 0.0


def _live(offset: int, index: int, raw: dict[str, Any]) -> LiveEvent:
    timestamp = _timestamp(raw.get("timestamp"))
    data = {name: value for name, value in raw.items() if name not in HIDDEN}
    if str(raw["type"]).startswith("worker-"):
        data["worker"] = raw.get("hostname")
    return LiveEvent(str(raw["type"]), {**data, "at": timestamp}, Position(offset, index, int(timestamp * 1000)))
