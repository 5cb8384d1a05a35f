"""Logs: JSON for machines, coloured lines when a person is watching; a secret is replaced before it is written."""

import logging
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from core.log_lines import LineFormatter
from core.settings import Settings, get_settings
from core.text import clean, finite_or_text

HIDDEN = "•••"
URL_PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):([^@/\s]+)@")
API_TOKEN = re.compile(r"\bslip_[A-Za-z0-9_-]{8,}")
SHORTEST = 6  # characters: a shorter setting would be found everywhere
SHORTEST_OF_A_JOB = 4
LEVELS = 100  # of lists and objects in each other, that are told: more would end the job that says them
DEEPER = "… nested deeper than is told"
NOISY = ("httpx2", "httpcore2", "authlib", "openai", "amqp", "kombu.pidbox")


_hidden_here: ContextVar["re.Pattern[str] | None"] = ContextVar("hidden_here", default=None)


def _any_of(secrets: Iterable[str], shortest: int) -> "re.Pattern[str] | None":
    """Longest first, so that one which begins like another is hidden whole."""
    worth_hiding = sorted({one for one in secrets if len(one) >= shortest}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, worth_hiding))) if worth_hiding else None


@contextmanager
def hiding(secrets: Iterable[str]) -> Iterator[None]:
    """Within it, every redactor hides these as well: what a job was given and nobody else shall read."""
    before = _hidden_here.set(_any_of(secrets, SHORTEST_OF_A_JOB))
    try:
        yield
    finally:
        _hidden_here.reset(before)


class Redactor:
    """Hides known secrets, passwords inside URLs, and our API tokens, wherever they stand in a record."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._known = _any_of(secrets, SHORTEST)

    def text(self, value: str) -> str:
        """What is known goes first: a pattern would cut a password with an @ in two and leave the rest."""
        for known in (self._known, _hidden_here.get()):
            value = known.sub(HIDDEN, value) if known else value
        if "://" in value:  # to ask is twenty times cheaper, and nearly nothing holds a URL
            value = URL_PASSWORD.sub(rf"\1:{HIDDEN}@", value)
        return API_TOKEN.sub(f"slip_{HIDDEN}", value) if "slip_" in value else value

    def value(self, value: Any, levels: int = LEVELS) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict | list | tuple) and not levels:
            return DEEPER
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(one, levels - 1) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(one, levels - 1) for one in value]
        return value if value is None or isinstance(value, int | float) else self.text(str(value))

    def __call__(self, _logger: WrappedLogger, _method: str, record: EventDict) -> EventDict:
        return {key: one if key.startswith("_") else self.value(one) for key, one in record.items()}


class Handler(logging.StreamHandler[TextIO]):
    """The standard library would print the arguments of a record that it cannot write, and they may be secret."""

    def handleError(self, record: logging.LogRecord) -> None:
        where = f"{record.name}, {record.pathname}:{record.lineno}"
        with suppress(OSError, ValueError):
            self.stream.write(f"a log record could not be written ({where}): {sys.exc_info()[0]}{self.terminator}")


@lru_cache(maxsize=1)
def _redactor(settings: Settings) -> Redactor:
    return Redactor(settings.secrets())


def presentable(text: str) -> str:
    """For what is stored and shown: an error's text may quote a URL with its password, or hold no valid text at all."""
    return clean(_redactor(get_settings()).text(text))


def presentable_json(value: Any) -> Any:
    """The same for a value with texts in it; what is not JSON becomes text."""
    return _cleaned(_redactor(get_settings()).value(value))


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {clean(key): _cleaned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    if isinstance(value, float):
        return finite_or_text(value)
    return clean(value) if isinstance(value, str) else value


def _as_json(settings: Settings) -> bool:
    if settings.log_format == "auto":
        return not sys.stderr.isatty()
    return settings.log_format == "json"


def _renderer(settings: Settings) -> list[Processor]:
    if _as_json(settings):
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.processors.format_exc_info, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def configure_logging(level: int = logging.INFO) -> None:
    """Sends structlog's and the standard library's records through the same processors to stderr."""
    settings = get_settings()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render, output = _renderer(settings)
    formatter = LineFormatter(foreign=shared, processors=[render, Redactor(settings.secrets()), output])
    handler = Handler(sys.stderr)
    handler.setFormatter(formatter)
    _take_over_standard_logging(handler, level)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _take_over_standard_logging(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "celery", "celery.task"):
        _pass_on(logging.getLogger(name))
    access = logging.getLogger("uvicorn.access")
    if access.propagate or access.handlers:  # neither: --no-access-log
        _pass_on(access)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _pass_on(logger: logging.Logger) -> None:
    """To the root's handler, and to no other."""
    logger.handlers.clear()
    logger.propagate = True
