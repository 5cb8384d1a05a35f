"""Which broker it is, and whether it can do what we need."""

from collections.abc import Iterator
from typing import Any

from kombu import Connection

from web.doctor.finding import Finding, error, fine, note, warning

CHECK = "broker product"
TESTED = (3, 10)
NEEDED = ("publisher_confirms", "consumer_cancel_notify", "basic.nack")


def look(connection: Connection) -> Iterator[Finding]:
    told: dict[str, Any] = connection.connection.server_properties
    yield of_product(str(told.get("product", "unknown")), str(told.get("version", "unknown")))
    capabilities = told.get("capabilities") or {}
    if lacking := [name for name in NEEDED if not capabilities.get(name)]:
        yield error(
            CHECK,
            f"It does not offer {', '.join(lacking)}.",
            why="Without them a message may be lost and nobody is told.",
            advice="Use RabbitMQ 3.10 or newer.",
        )


def of_product(product: str, version: str) -> Finding:
    named = f"{product} {version}"
    if product != "RabbitMQ":
        return warning(
            CHECK,
            f"The broker is {named}, which Slipway was never tried with.",
            why="Quorum queues and delivery limits are RabbitMQ's; others may take the arguments and ignore them.",
            advice="Choose RabbitMQ, or try in a copy what a killed worker and a restarted broker do to your jobs.",
        )
    number = _number(version)
    if number is None:
        return note(CHECK, f"The broker is {named}; its version tells nothing.")
    if number < TESTED:
        return error(
            CHECK,
            f"The broker is {named}, which is too old.",
            why="Before 3.10 a quorum queue has no at-least-once dead lettering: what it gives up on can be lost.",
            advice="Upgrade it to 3.10 or newer.",
        )
    if number[0] > TESTED[0]:
        return note(
            CHECK, f"The broker is {named}; Slipway was tested with 3.10.", advice="Try an upgrade in a copy first."
        )
    return fine(CHECK, f"The broker is {named}.")


def _number(version: str) -> tuple[int, int] | None:
    parts = version.split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) > 1 and parts[0].isdigit() and parts[1].isdigit() else None
