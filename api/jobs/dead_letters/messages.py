"""What a dead message says about itself, whatever state it is in."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from core import clock
from core.log import HIDDEN, presentable, presentable_json
from core.text import NotStorable, clean, storable_json
from jobs.canvas import FOLLOWING, canvas_of
from jobs.dead_letters.models import Cause
from jobs.dispatch.message import DISPATCH_HEADER, sounds_secret
from jobs.models import ID
from jobs.states import ErrorKind

BODY_LIMIT = 64_000  # characters that are kept of a body
NAME_LIMIT = 200  # characters
HIGHEST_NUMBER = 2**31 - 1  # that the table's column takes
TOLD_OTHERWISE = ("x-death", "argsrepr", "kwargsrepr")  # the last two quote the payload, whatever is secret in it

SENTENCES = {
    Cause.UNKNOWN_TASK: "No worker that saw the message knew its task.",
    Cause.UNREADABLE: "The message is none that a worker can read.",
    Cause.NOT_JSON: "The message is not JSON, and nothing else is taken.",
    Cause.UNDELIVERED: "The broker gave up on the message: it came back from workers too often, or waited too long.",
}


@dataclass(frozen=True, kw_only=True)
class DeadMessage:
    """`id` is the same whenever the same message is read; `job_id` is what the message calls its task's id."""

    id: str
    job_id: str | None
    dispatch: int | None
    task: str | None
    queue: str | None
    cause: Cause
    x_death: list[dict[str, Any]]
    headers: dict[str, Any]
    body: str

    @property
    def error(self) -> dict[str, str]:
        passing = self.cause in (Cause.UNKNOWN_TASK, Cause.UNDELIVERED)
        kind = ErrorKind.TRANSIENT if passing else ErrorKind.INVALID
        return {"class_name": "DeadLettered", "message": SENTENCES[self.cause], "kind": kind}


def expiry_in(message: DeadMessage) -> datetime | None:
    """When it was to be begun by, if that is why the broker gave up: Celery gives such a message a time to live."""
    asked = message.headers.get("expires")
    died_of_age = bool(message.x_death) and message.x_death[0].get("reason") == "expired"
    try:
        return clock.moment_of(asked) if died_of_age and isinstance(asked, str) else None
    except ValueError:
        return None


def read(message: Any) -> DeadMessage:
    """Of an `amqp.Message`. Raises nothing, whatever is in it."""
    raw = message.headers if isinstance(message.headers, Mapping) else {}
    deaths = _deaths(raw)
    body = _text(message.body)
    job_id, task = _named(raw, body)
    return DeadMessage(
        id=job_id or _identity(message, deaths),
        job_id=job_id,
        dispatch=_number(raw.get(DISPATCH_HEADER)),
        task=task,
        queue=_name(deaths[0].get("queue"), NAME_LIMIT) if deaths else None,
        cause=_cause(message, deaths, task, body),
        x_death=deaths,
        headers=_presentable(raw),
        body=body[:BODY_LIMIT],
    )


def _deaths(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The newest first. `x-first-death-*` tells of an earlier life where a message waited in a delay queue."""
    found = _shown(raw.get("x-death"))
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _shown(value: Any) -> Any:
    """None for what no database would take: whoever sends a message may nest its headers as deep as a frame is long."""
    with suppress(NotStorable):
        shown = presentable_json(value)
        storable_json(shown)
        return shown
    return None


def _text(body: Any) -> str:
    return clean(body if isinstance(body, str) else bytes(body).decode(errors="replace"))


def _named(raw: Mapping[str, Any], body: str) -> tuple[str | None, str | None]:
    """Id and task: in the headers since Celery's protocol 2, in the body before."""
    told: Any = raw
    if "task" not in raw and isinstance(parsed := parsed_body(body), Mapping):
        told = parsed
    return _name(told.get("id"), ID.length or NAME_LIMIT), _name(told.get("task"), NAME_LIMIT)


def _name(value: Any, longest: int) -> str | None:
    return clean(value)[:longest] if isinstance(value, str) and value else None


def _number(value: Any) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return max(-1, min(value, HIGHEST_NUMBER)) if is_number else None


def _identity(message: Any, deaths: list[dict[str, Any]]) -> str:
    body = message.body.encode(errors="surrogatepass") if isinstance(message.body, str) else bytes(message.body)
    told = orjson.dumps(deaths, default=str) + str(message.properties.get("message_id")).encode()
    return f"message-{hashlib.sha256(told + body).hexdigest()[:32]}"


def _cause(message: Any, deaths: list[dict[str, Any]], task: str | None, body: str) -> Cause:
    if deaths and deaths[0].get("reason") not in (None, "rejected"):
        return Cause.UNDELIVERED
    if message.properties.get("content_type") != "application/json":
        return Cause.NOT_JSON
    return Cause.UNREADABLE if task is None or arguments_of(body) is None else Cause.UNKNOWN_TASK


def _presentable(raw: Mapping[str, Any]) -> dict[str, Any]:
    kept = {str(name): value for name, value in raw.items() if name not in TOLD_OTHERWISE}
    shown = {name: _shown(HIDDEN if sounds_secret(name) else value) for name, value in kept.items()}
    return {presentable(name): value for name, value in shown.items()}


def parsed_body(body: str | None) -> Any:
    """None for what is no JSON, as a body that had to be cut is none any more."""
    try:
        return orjson.loads(body or "")
    except orjson.JSONDecodeError:
        return None


def arguments_of(body: str | None) -> tuple[list[Any], dict[str, Any]] | None:
    """Positional and named arguments of a Celery message of either protocol."""
    found = parsed_body(body)
    if isinstance(found, Mapping):
        found = [found.get("args"), found.get("kwargs")]
    if not isinstance(found, list) or len(found) < 2:
        return None
    args, kwargs = found[0] or [], found[1] or {}
    return (args, kwargs) if isinstance(args, list) and isinstance(kwargs, dict) else None


def canvas_in(body: str | None, headers: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What follows in Celery's canvas, as a job's row keeps it: the body tells that, and the headers the place."""
    found, told = parsed_body(body), headers or {}
    embedded = found[2] if isinstance(found, list) and len(found) > 2 and isinstance(found[2], Mapping) else {}
    following = {name: embedded.get(name) for name in FOLLOWING}
    return canvas_of({**told, **following, "group_id": told.get("group")}, told.get("id"))
