"""Logs: one JSON object a line, and no secret in any place of it."""

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
import uvicorn

from core.log import DEEPER, Handler, configure_logging
from core.settings import get_settings
from tests.nested import nested

PASSWORD = "correct-horse-battery"
SECRETS = {
    "RABBITMQ_URL": f"amqp://slipway:{PASSWORD}@127.0.0.1:5672/",
    "LLM_API_KEY": "sk-a-key-of-a-provider",
    "FLOWER_BASIC_AUTH": "me:flowers-own-password",
    "SECRET_KEY": "x" * 40,
}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What goes to stderr."""
    stream = StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


@pytest.fixture
def logging_as_it_was(written: StringIO) -> Iterator[None]:
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    structlog.configure(**configured)
    root.handlers[:] = handlers
    root.setLevel(level)
    access.propagate = True


@pytest.fixture
def log_format(logging_as_it_was: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    form = getattr(request, "param", "json")
    for name, value in {**SECRETS, "SLIPWAY_LOG_FORMAT": form}.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    configure_logging()
    return form


both_formats = pytest.mark.parametrize("log_format", ["json", "console"], indirect=True)


def lines(written: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def say_it_in_every_way(secret: str) -> None:
    ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
    ours.info(f"in the message {secret}")
    ours.info("in a field", value=secret, inside={"list": [secret], "tuple": (secret,)}, number=1)
    ours.info("as an object", value=ValueError(secret), raw=secret.encode())
    theirs.info("in the arguments %s %r", secret, {"a": secret})
    theirs.info("in extra", extra={"value": secret})
    with structlog.contextvars.bound_contextvars(value=secret):
        ours.info("in the context")
    for logger in (ours, theirs):
        try:
            raise RuntimeError(f"in an exception: {secret}")
        except RuntimeError:
            logger.exception("it failed")


@both_formats
@pytest.mark.parametrize(
    "secret", [PASSWORD, "sk-a-key-of-a-provider", "flowers-own-password", "slip_abcdefgh12345678"]
)
def test_a_secret_is_hidden_wherever_it_stands(log_format: str, secret: str, written: StringIO) -> None:
    say_it_in_every_way(secret)

    said = written.getvalue()
    assert "it failed" in said
    assert secret not in said


@pytest.mark.parametrize(
    "url",
    [
        "amqp://user:other-password@host:5672/",
        "https://u:other-password@api.example/v1",
        "redis://:other-password@host",
    ],
)
def test_the_password_of_any_url_is_hidden(log_format: str, url: str, written: StringIO) -> None:
    structlog.get_logger().warning("connecting", url=url)

    assert "other-password" not in written.getvalue()


def test_a_password_with_an_at_sign_is_hidden_whole(
    logging_as_it_was: None, monkeypatch: pytest.MonkeyPatch, written: StringIO
) -> None:
    monkeypatch.setenv("RABBITMQ_URL", "amqp://slipway:first@second-half@127.0.0.1/")
    get_settings.cache_clear()
    configure_logging()

    structlog.get_logger().info("connecting to amqp://slipway:first@second-half@127.0.0.1/")

    assert "second-half" not in written.getvalue()


def test_every_record_is_one_json_object_on_one_line(log_format: str, written: StringIO) -> None:
    say_it_in_every_way("a value\nwith a line break")

    found = lines(written)

    assert {"event", "level", "logger", "timestamp"} <= set.intersection(*(set(one) for one in found))
    assert "RuntimeError" in found[-1]["exception"]


def test_the_job_at_work_is_in_every_line(log_format: str, written: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(job_id="job-1", attempt=2):
        logging.getLogger("somewhere.deep").info("hello")

    assert [(one["job_id"], one["attempt"]) for one in lines(written)] == [("job-1", 2)]


def test_a_field_that_json_cannot_hold_does_not_lose_the_line(log_format: str, written: StringIO) -> None:
    structlog.get_logger().info("odd", value=object(), keys={("a", 1): 2, None: 3})

    assert lines(written)[0]["event"] == "odd"


def test_a_field_that_is_nested_without_end_is_cut(log_format: str, written: StringIO) -> None:
    structlog.get_logger().info("deep", tree=nested(600))

    assert DEEPER in str(lines(written)[0]["tree"])


def test_a_record_is_left_as_it_is_for_other_handlers(log_format: str, written: StringIO) -> None:
    seen = list[logging.LogRecord]()
    other = logging.Handler()
    other.emit = seen.append  # type: ignore[method-assign]
    logging.getLogger().addHandler(other)

    structlog.get_logger("ours").info("ours", number=1)
    try:
        raise RuntimeError("gone")
    except RuntimeError:
        logging.getLogger("theirs").exception("%d of them", 3, stack_info=True)

    ours, theirs = seen
    assert ours.msg == lines(written)[0]
    assert (theirs.getMessage(), theirs.args, bool(theirs.exc_info)) == ("3 of them", (3,), True)
    assert "test_log.py" in lines(written)[1]["stack_info"]
    assert "RuntimeError: gone" in lines(written)[1]["exception"]


def test_a_record_that_cannot_be_formatted_says_where_and_shows_no_secret(log_format: str, written: StringIO) -> None:
    ours = next(one for one in logging.getLogger().handlers if isinstance(one, Handler))

    ours.handle(logging.LogRecord("sloppy", logging.INFO, __file__, 1, "%d of them", (PASSWORD,), None))

    assert "sloppy" in written.getvalue()
    assert PASSWORD not in written.getvalue()


def test_loggers_that_chatter_are_quiet(log_format: str, written: StringIO) -> None:
    logging.getLogger("amqp").info("a frame")

    assert lines(written) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_requests_are_logged_only_where_uvicorn_is_not_told_otherwise(log_format: str, wanted: bool) -> None:
    uvicorn.Config("main:app", access_log=wanted)
    for _ in range(2):
        configure_logging()

    assert logging.getLogger("uvicorn.access").hasHandlers() is wanted
