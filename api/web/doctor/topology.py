"""The broker's queues and exchanges, against what this code declares."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from amqp import Channel
from amqp.exceptions import AMQPError, NotFound, PreconditionFailed
from kombu import Connection

from core.contracts import LONGEST_DELIVERY
from core.queues import (
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    DELIVERY_LIMIT,
    EVENT_EXCHANGE,
    EVENT_STREAM,
    EXCHANGE,
    Queue,
    dead_letter_arguments,
    work_queue_arguments,
)
from web.doctor.finding import Finding, error, fine, note, warning
from web.doctor.management import Management

T = TypeVar("T")
CHECK = "queues"
DELAYED = "celery_delayed_27"  # the exchange that messages of foreign code with an ETA begin at
UNUSABLE = frozenset({"down", "stopped", "minority", "crashed"})
COMES_BY_ITSELF = "Web processes and workers declare it when they start: start one."


def look(connection: Connection, management: Management | None) -> Iterator[Finding]:
    known = management.queues if management else {}
    bad = [
        one for name, arguments in _declared().items() if (one := _queue(connection, name, arguments, known.get(name)))
    ]
    yield from bad
    if not bad:
        yield fine(CHECK, f"All {len(_declared())} queues are there, with the arguments that this code declares.")
    yield from _exchanges(connection)
    yield from _dead_letters(management)
    yield from _limits(known)
    yield from _events(connection)


def _declared() -> dict[str, dict[str, Any]]:
    return {name.value: work_queue_arguments() for name in Queue} | {DEAD_LETTER_QUEUE: dead_letter_arguments()}


def on_a_channel(connection: Connection, work: Callable[[Channel], T]) -> T:
    """A refusal closes the channel it came on."""
    channel = connection.channel()
    try:
        return work(channel)
    finally:
        if channel.is_open:
            channel.close()


def _queue(connection: Connection, name: str, arguments: dict[str, Any], told: dict[str, Any] | None) -> Finding | None:
    """Asked passively first: what does not exist is not made here."""
    try:
        on_a_channel(connection, lambda channel: channel.queue_declare(name, passive=True))
        on_a_channel(connection, lambda channel: _as_we_do(channel, name, arguments))
    except NotFound:
        return warning(CHECK, f"There is no queue {name}.", why="Its jobs wait.", advice=COMES_BY_ITSELF)
    except PreconditionFailed as refusal:
        return error(
            CHECK,
            f"The queue {name} has other arguments than this code declares: {refusal.reply_text}",
            why="No process can declare the queues, so no job is sent.",
            advice="Let its messages drain, then run `manage.py doctor --repair`: its jobs are sent again.",
            queue=name,
        )
    except AMQPError as refusal:
        return unusable(name, f"the broker answers {type(refusal).__name__}")
    if told is not None and told.get("state") in UNUSABLE:
        return unusable(name, f"the broker calls it {told['state']}")
    return None


def _as_we_do(channel: Channel, name: str, arguments: dict[str, Any]) -> None:
    channel.queue_declare(name, durable=True, auto_delete=False, arguments=arguments)


def unusable(name: str, how: str) -> Finding:
    return error(
        CHECK,
        f"The queue {name} cannot be used: {how}.",
        why="Its jobs stay in the database. A broker that was killed just after a queue was declared can leave it so.",
        advice="Restart the broker's node. If it stays so, run `manage.py doctor --repair`: its jobs are sent again.",
        queue=name,
    )


def _exchanges(connection: Connection) -> Iterator[Finding]:
    for name in (EXCHANGE, DEAD_LETTER_EXCHANGE, EVENT_EXCHANGE):
        yield from _exchange(connection, name)
    if not _is_there(connection, DELAYED):
        yield note(
            "delays",
            "The broker has no exchanges for delayed messages yet.",
            why="Our own delays stand in the database. Foreign code that sends an ETA to a quorum queue needs them.",
            advice="The first worker that starts declares them.",
        )


def _exchange(connection: Connection, name: str) -> Iterator[Finding]:
    """One of another type is refused when it is declared again."""
    if not _is_there(connection, name):
        yield warning(
            "exchanges", f"There is no exchange {name}.", why="Nothing is sent through it.", advice=COMES_BY_ITSELF
        )
        return
    try:
        on_a_channel(
            connection, lambda channel: channel.exchange_declare(name, "topic", durable=True, auto_delete=False)
        )
    except PreconditionFailed:
        yield error(
            "exchanges",
            f"The exchange {name} is not a durable topic exchange.",
            why="No process can declare its queues; and through a direct exchange no message with an ETA arrives.",
            advice="Delete the exchange and start a worker, which declares it as it should be.",
        )


def _is_there(connection: Connection, exchange: str) -> bool:
    try:
        on_a_channel(connection, lambda channel: channel.exchange_declare(exchange, "topic", passive=True))
    except NotFound:
        return False
    return True


def _dead_letters(management: Management | None) -> Iterator[Finding]:
    bindings = management.dead_letter_bindings if management else None
    if bindings is None:
        yield note(
            "dead letters",
            f"Whether {DEAD_LETTER_QUEUE} is bound to {DEAD_LETTER_EXCHANGE} is unknown.",
            why="AMQP does not tell; RabbitMQ's management API would.",
            advice="Set RABBITMQ_MANAGEMENT_URL. Every web process and worker binds it when it starts.",
        )
    elif not any(one.get("destination") == DEAD_LETTER_QUEUE for one in bindings):
        yield error(
            "dead letters",
            f"{DEAD_LETTER_QUEUE} is not bound to {DEAD_LETTER_EXCHANGE}.",
            why="What the broker gives up on has nowhere to go and stays in its queue.",
            advice="Start a web process or a worker again, which binds it.",
        )
    else:
        yield fine("dead letters", "What the broker gives up on is kept.")


def _limits(known: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    """What a policy of the broker's operator sets over the queues' own arguments."""
    for name, told in known.items():
        policy = told.get("effective_policy_definition") or {}
        if name in set(Queue) and (limit := policy.get("delivery-limit")) is not None and limit < DELIVERY_LIMIT:
            yield warning(
                "delivery limit",
                f"A policy gives up on messages of {name} after {limit} deliveries, not {DELIVERY_LIMIT}.",
                why="The limit also counts lost connections and restarts of the broker: innocent jobs reach it.",
                advice="Take delivery-limit out of the policy.",
            )
    timeouts = [timeout for name, told in known.items() if name in set(Queue) and (timeout := _timeout(told))]
    yield of_consumer_timeout(min(timeouts) if timeouts else None)


def _timeout(told: dict[str, Any]) -> int | None:
    """Milliseconds."""
    policy = told.get("effective_policy_definition") or {}
    found = policy.get("consumer-timeout", (told.get("arguments") or {}).get("x-consumer-timeout"))
    return int(found) if found is not None else None


def of_consumer_timeout(milliseconds: int | None) -> Finding:
    if milliseconds is None:
        return note(
            "consumer timeout",
            "The broker's consumer timeout is unknown.",
            why=f"RabbitMQ does not tell it. Its default is 30 minutes; no job holds a message for more than "
            f"{LONGEST_DELIVERY // 60}.",
            advice=f"If you have set consumer_timeout, keep it above {LONGEST_DELIVERY // 60} minutes.",
        )
    if milliseconds / 1000 <= LONGEST_DELIVERY:
        return error(
            "consumer timeout",
            f"The broker takes messages back after {milliseconds // 1000} s.",
            why=f"A job may hold its message for {LONGEST_DELIVERY} s; the worker would lose its connection.",
            advice=f"Set the timeout to more than {LONGEST_DELIVERY} s.",
        )
    return fine("consumer timeout", f"The broker takes messages back after {milliseconds // 1000} s.")


def _events(connection: Connection) -> Iterator[Finding]:
    try:
        on_a_channel(connection, lambda channel: channel.queue_declare(EVENT_STREAM, passive=True))
        yield fine("events", "The event stream is there.")
    except AMQPError as refusal:
        yield warning(
            "events",
            f"There is no usable event stream ({type(refusal).__name__}).",
            why="Jobs run all the same. A page that reconnects reloads, since it cannot catch up.",
            advice=f"Restart web, which declares it. If that is refused, delete {EVENT_STREAM} and restart the node.",
        )
