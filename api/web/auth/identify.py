"""From a request to a caller. An API token counts in every mode; what else counts is the mode's affair."""

from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection

from core.db import reading
from core.settings import get_settings
from web.auth.allowed import is_still_allowed
from web.auth.caller import Caller
from web.auth.proxy import caller_of_proxy
from web.auth.seldom import Seldom
from web.auth.sessions import SEEN_NOTED_EVERY, caller_of_session, note_seen, session_token
from web.auth.tokens import USE_NOTED_EVERY, caller_of_token, note_use
from web.request_headers import header_of

log = structlog.get_logger(__name__)

Finder = Callable[[HTTPConnection], Caller | None]

_token_uses, _session_uses = Seldom(USE_NOTED_EVERY), Seldom(SEEN_NOTED_EVERY)


def _from_session(connection: HTTPConnection) -> Caller | None:
    token = session_token(connection)
    if not token:
        return None
    with reading() as session:
        caller = caller_of_session(session, token)
    if caller is not None and caller.session_id is not None:
        _note(_session_uses, caller.session_id, note_seen)
    return caller


def _from_provider(connection: HTTPConnection) -> Caller | None:
    """Who was taken off the list of those allowed is out at once, not when the session ends."""
    caller = _from_session(connection)
    return caller if caller and is_still_allowed(caller.name) else None


def _from_token(token: str) -> Caller | None:
    caller = caller_of_token(token)
    if caller is None or _owner_is_out(caller):
        return None
    if caller.token_id is not None:
        _note(_token_uses, caller.token_id, note_use)
    return caller


def _owner_is_out(caller: Caller) -> bool:
    return get_settings().auth_mode == "oauth" and caller.owner is not None and not is_still_allowed(caller.owner)


BY_MODE: dict[str, Finder] = {"basic": _from_session, "oauth": _from_provider, "proxy": caller_of_proxy}


def bearer_token(connection: HTTPConnection) -> str | None:
    scheme, _, value = (header_of(connection.scope, b"authorization") or "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def identify(connection: HTTPConnection) -> Caller | None:
    """Runs in a worker thread. A token that is sent counts alone, also when it is wrong."""
    token = bearer_token(connection)
    return BY_MODE[get_settings().auth_mode](connection) if token is None else _from_token(token)


def _note(uses: Seldom, key: str, write: Callable[[str], None]) -> None:
    """A note that fails delays and refuses nobody."""
    if not uses.is_due(key):
        return
    try:
        write(key)
    except DBAPIError as error:
        log.warning("the use of a credential was not noted", error_class=type(error).__name__)
