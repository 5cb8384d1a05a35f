"""A job as a Celery protocol-2 message: headers that say which dispatch this is, and an empty body.

The payload stays in the row. tests/jobs/dispatch/test_message.py holds this against Celery's own `as_task_v2`.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from amqp import Message

from core.contracts import catalog
from core.log import HIDDEN, Redactor

DISPATCH_HEADER = "slipway_dispatch"
CLAIM_HEADER = "slipway_claim"
REPR_LIMIT = 200  # characters of payload that Flower shows
SECRET_WORDS = ("password", "secret", "token", "key", "credential")
REDACTOR = Redactor(frozenset())  # passwords in URLs and our API tokens
ORIGIN = f"gen{os.getpid()}@{socket.gethostname()}"


@dataclass(frozen=True)
class Delivery:
    """One intended delivery of one job."""

    job_id: str
    task: str
    queue: str
    dispatch: int
    retries: int
    payload: Mapping[str, Any]
    canvas: Mapping[str, Any] | None = None


def shown_payload(payload: Any) -> str:
    """A short text for consoles; values whose name sounds secret are left out."""
    text = REDACTOR.text(repr(_without_secrets(payload)))
    return text if len(text) <= REPR_LIMIT else text[: REPR_LIMIT - 1] + "…"


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {name: HIDDEN if sounds_secret(name) else _without_secrets(one) for name, one in value.items()}


def sounds_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_WORDS)


def headers_of(delivery: Delivery) -> dict[str, Any]:
    canvas = delivery.canvas or {}
    return {
        "lang": "py",
        "task": delivery.task,
        "id": delivery.job_id,
        "shadow": None,
        "eta": None,
        "expires": None,
        "group": canvas.get("group_id"),
        "group_index": canvas.get("group_index"),
        "retries": delivery.retries,
        "timelimit": [None, None],
        "root_id": canvas.get("root_id") or delivery.job_id,
        "parent_id": canvas.get("parent_id"),
        "argsrepr": "()",
        "kwargsrepr": shown_payload(catalog.hide_payload(delivery.task, delivery.payload).value),
        "origin": ORIGIN,
        "ignore_result": False,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
        DISPATCH_HEADER: delivery.dispatch,
    }


def body_of(delivery: Delivery) -> bytes:
    canvas = delivery.canvas or {}
    embed = {name: canvas.get(name) for name in ("callbacks", "errbacks", "chain", "chord")}
    return orjson.dumps([[], {}, embed])


def message_of(delivery: Delivery) -> Message:
    return Message(
        body_of(delivery),
        content_type="application/json",
        content_encoding="utf-8",
        application_headers=headers_of(delivery),
        correlation_id=delivery.job_id,
        reply_to="",
        delivery_mode=2,
        priority=0,
    )
