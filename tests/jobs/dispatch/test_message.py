"""The message of a job is what Celery itself would have sent, less the arguments and plus the dispatch number."""

from typing import Any

import orjson
import pytest
from celery import Celery

from jobs.dispatch.message import DISPATCH_HEADER, REPR_LIMIT, Delivery, body_of, headers_of, message_of, shown_payload

CANVAS = {
    "group_id": "g-1",
    "group_index": 2,
    "root_id": "root-1",
    "parent_id": "parent-1",
    "callbacks": [{"task": "after"}],
    "errbacks": [{"task": "sorry"}],
    "chain": [{"task": "next"}],
    "chord": {"task": "all"},
}


def delivery(**details: Any) -> Delivery:
    given = {"job_id": "job-1", "task": "ping", "queue": "default", "dispatch": 3, "retries": 1, "payload": {}}
    return Delivery(**{**given, **details})


def celerys_own(**options: Any) -> Any:
    return Celery(set_as_current=False).amqp.as_task_v2("job-1", "ping", (), {}, retries=1, **options)


@pytest.mark.parametrize("canvas", [None, CANVAS], ids=["alone", "in a canvas"])
def test_the_headers_are_celerys_and_one_of_ours(canvas: dict[str, Any] | None) -> None:
    theirs = celerys_own(**(canvas or {"root_id": "job-1"})).headers

    ours = headers_of(delivery(canvas=canvas))

    assert ours.pop(DISPATCH_HEADER) == 3
    assert ours.keys() == theirs.keys()
    told_otherwise = {"origin", "stamped_headers", "stamps"}
    for name in theirs.keys() - told_otherwise:
        assert ours[name] == theirs[name], name


def test_who_sent_it_is_told_in_celerys_form() -> None:
    assert headers_of(delivery())["origin"].startswith("gen")
    assert "@" in headers_of(delivery())["origin"]


def test_a_message_without_canvas_is_its_own_root() -> None:
    headers = headers_of(delivery())

    assert (headers["root_id"], headers["parent_id"], headers["group"]) == ("job-1", None, None)


@pytest.mark.parametrize("canvas", [None, CANVAS], ids=["alone", "in a canvas"])
def test_the_body_is_celerys(canvas: dict[str, Any] | None) -> None:
    args, kwargs, embed = celerys_own(**(canvas or {})).body

    assert orjson.loads(body_of(delivery(canvas=canvas))) == [list(args), kwargs, dict(embed)]


def test_the_properties_are_celerys_and_the_message_survives_a_restart_of_the_broker() -> None:
    message = message_of(delivery())

    assert message.properties["correlation_id"] == celerys_own().properties["correlation_id"]
    assert message.properties["delivery_mode"] == 2
    assert (message.properties["content_type"], message.properties["content_encoding"]) == ("application/json", "utf-8")


def test_the_payload_is_not_in_the_message_but_shown_in_short() -> None:
    headers = headers_of(delivery(payload={"question": "why?"}))

    assert headers["kwargsrepr"] == "{'question': 'why?'}"
    assert b"why?" not in body_of(delivery(payload={"question": "why?"}))


@pytest.mark.parametrize(
    "payload",
    [
        {"password": "hush-hush"},
        {"Api_Key": "hush-hush"},
        {"access_token": "hush-hush"},
        {"client_secret": {"value": "hush-hush"}},
        {"connection": {"password": "hush-hush"}},
        {"headers": [{"name": "x", "auth_token": "hush-hush"}]},
        {"url": "postgresql://me:hush-hush@host/name"},
        {"note": "use slip_hush-hush-0123456789"},
    ],
    ids=str,
)
def test_what_sounds_secret_is_not_shown(payload: dict[str, Any]) -> None:
    assert "hush-hush" not in shown_payload(payload)


def test_a_long_payload_is_cut() -> None:
    shown = shown_payload({"text": "x" * 10_000})

    assert len(shown) == REPR_LIMIT
    assert shown.endswith("…")
