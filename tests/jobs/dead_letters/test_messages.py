"""What a dead message says about itself, whatever state it is in."""

from typing import Any

import pytest
from amqp import Message

from jobs.dead_letters.messages import BODY_LIMIT, arguments_of, canvas_in, read
from tests.jobs.dead_letters.dead_messages import REJECTED, foreign, message

KNOWN = {"id": "a", "task": "ping", "x-death": [REJECTED]}


def test_the_newest_death_is_what_counts_and_not_the_first_one() -> None:
    """A message that waited in a delay queue died there first, of its time."""
    headers = KNOWN | {
        "x-first-death-reason": "expired",
        "x-first-death-queue": "celery_delayed_27",
        "x-death": [REJECTED, {"reason": "expired", "queue": "celery_delayed_27", "count": 1}],
    }

    dead = read(message(headers))

    assert (dead.cause, dead.queue) == ("unknown_task", "default")


@pytest.mark.parametrize(
    ("headers", "body", "properties", "cause"),
    [
        (KNOWN, "[[], {}, {}]", {}, "unknown_task"),
        (KNOWN, "[[], {", {}, "unreadable"),
        (KNOWN, '"a word"', {}, "unreadable"),
        (KNOWN, "[1, 2, 3]", {}, "unreadable"),
        ({"x-death": [REJECTED]}, "hello", {}, "unreadable"),
        ({"x-death": [REJECTED]}, '{"id": "a", "task": "old", "args": [], "kwargs": {}}', {}, "unknown_task"),
        (KNOWN, "[[], {}, {}]", {"content_type": "application/x-python-serialize"}, "not_json"),
        (KNOWN | {"x-death": [REJECTED | {"reason": "delivery_limit"}]}, "[[], {}, {}]", {}, "undelivered"),
        (KNOWN | {"x-death": [REJECTED | {"reason": "maxlen"}]}, "[[], {", {}, "undelivered"),
        ({}, "", {}, "unreadable"),
    ],
)
def test_why_it_is_dead(headers: dict[str, Any], body: str, properties: dict[str, Any], cause: str) -> None:
    assert read(message(headers, body, **properties)).cause == cause


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"", "\udc80 half a pair", "x" * (BODY_LIMIT + 1)])
@pytest.mark.parametrize("headers", [None, {}, {"id": 7, "task": ["no"], "x-death": "none"}, {"x-death": [1, None]}])
def test_nothing_in_a_message_can_stop_its_being_read(body: Any, headers: dict[str, Any] | None) -> None:
    made = Message(body, application_headers=headers)
    once, again = read(made), read(made)

    assert once == again
    assert once.id.startswith("message-")
    assert len(once.body) <= BODY_LIMIT
    assert "\x00" not in once.body


def test_what_headers_quote_of_a_payload_is_left_out_and_what_sounds_secret_is_hidden() -> None:
    dead = foreign(argsrepr="('s3cret',)", kwargsrepr="{'password': 's3cret'}", api_token="s3cret")

    assert "s3cret" not in str(dead.headers)
    assert dead.headers["api_token"] == "•••"


def test_the_arguments_of_either_protocol_are_found() -> None:
    assert arguments_of('[[1], {"a": 2}, null]') == ([1], {"a": 2})
    assert arguments_of('{"task": "t", "args": [1], "kwargs": null}') == ([1], {})
    assert arguments_of("[[], 3]") is None


def test_what_follows_in_a_canvas_is_found() -> None:
    found = canvas_in('[[], {}, {"callbacks": null, "chord": {"task": "t"}}]', {"group": "g", "root_id": "r"})

    assert found == {"chord": {"task": "t"}, "group_id": "g", "root_id": "r"}
    assert canvas_in("no", None) is None
