"""RabbitMQ's management API, where there is one: it knows what AMQP does not tell."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import structlog

from core.queues import DEAD_LETTER_EXCHANGE
from core.settings import get_settings

log = structlog.get_logger(__name__)

PATIENCE = 4.0  # seconds


@dataclass(frozen=True)
class Management:
    """`queues` by name, as the API describes them; None where it did not say."""

    queues: dict[str, dict[str, Any]] = field(default_factory=dict)
    nodes: list[dict[str, Any]] | None = None
    connections: int | None = None
    dead_letter_bindings: list[dict[str, Any]] | None = None


def address() -> str | None:
    """With user and password. CloudAMQP serves it beside an `amqps://` broker, under the same name."""
    settings = get_settings()
    if settings.rabbitmq_management_url is not None:
        return settings.rabbitmq_management_url.get_secret_value()
    url = urlsplit(settings.broker_url)
    if url.scheme != "amqps" or not url.username:
        return None
    return f"https://{url.username}:{url.password}@{url.hostname}/api/"


def ask_management() -> Management | None:
    """None when there is none, or it does not answer."""
    found = address()
    if found is None:
        return None
    host = quote(urlsplit(get_settings().broker_url).path.removeprefix("/") or "/", safe="%")
    base = found if found.endswith("/") else f"{found}/"
    try:
        with httpx2.Client(base_url=base, timeout=PATIENCE, trust_env=False) as api:
            queues = _get(api, f"queues/{host}")
            if queues is None:
                return None
            exchange = f"exchanges/{host}/{DEAD_LETTER_EXCHANGE}/bindings/source"
            connections = _get(api, f"vhosts/{host}/connections")
            return Management(
                queues={one["name"]: one for one in queues},
                nodes=_get(api, "nodes"),
                connections=None if connections is None else len(connections),
                dead_letter_bindings=_get(api, exchange),
            )
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, TypeError) as error:
        log.warning("the management API does not answer", error_class=type(error).__name__)
        return None


def _get(api: httpx2.Client, path: str) -> list[dict[str, Any]] | None:
    """A user of one virtual host may not see everything."""
    answer = api.get(path)
    return answer.json() if answer.status_code == 200 and isinstance(answer.json(), list) else None
