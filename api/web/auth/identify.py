"""From a request to a caller. An API token counts in every mode; what else counts is the mode's affair."""

import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from core.db import reading
from core.settings import get_settings
from web.auth.caller import Caller
from web.auth.sessions import caller_of_session, cookie_name
from web.auth.tokens import USE_NOTED_EVERY, caller_of_token, note_use

log = structlog.get_logger(__name__)

Finder = Callable[[Session, HTTPConnection], Caller | None]


def _from_session(session: Session, connection: HTTPConnection) -> Caller | None:
    token = connection.cookies.get(cookie_name(connection.url.scheme))
    return caller_of_session(session, token) if token else None


# The next modes are rows here: oauth ends in a session too; proxy reads a header from a trusted address.
BY_MODE: dict[str, Finder] = {"basic": _from_session}


def bearer_token(connection: HTTPConnection) -> str | None:
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def identify(connection: HTTPConnection) -> Caller | None:
    """Runs in a worker thread. A token that is sent counts alone, also when it is wrong."""
    token = bearer_token(connection)
    with reading() as session:
        if token is None:
            return BY_MODE[get_settings().auth_mode](session, connection)
        caller = caller_of_token(session, token)
    if caller is not None and caller.token_id is not None:
        _note_use(caller.token_id)
    return caller


_noted: dict[str, float] = {}


def _note_use(token_id: str) -> None:
    """A note that fails delays and refuses nobody."""
    now = time.monotonic()
    if now - _noted.get(token_id, float("-inf")) < USE_NOTED_EVERY.total_seconds():
        return
    _noted[token_id] = now
    try:
        note_use(token_id)
    except DBAPIError as error:
        log.warning("the use of a token was not noted", error_class=type(error).__name__)
