"""The one door: every request is checked here before any route, the panel's static files included.

What the table does not list is refused, so a forgotten route is a closed one. The panel stands beside the
application, not inside it: it gets those GET requests that are outside the application's own addresses.
"""

from functools import partial

import structlog
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import AppError, Forbidden, Invalid, Unauthenticated
from web.audit.watch import is_recorded, note_refused, watched
from web.auth.caller import Caller
from web.auth.identify import bearer_token, identify
from web.auth.origin import SAFE_METHODS, require_own_origin
from web.auth.shared_look import SharedLook
from web.auth.table import PUBLIC, Access, access_to, methods_of

OWN_ADDRESSES = ("/api", "/flower", "/healthz", "/readyz", "/task-status")


def is_own(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in OWN_ADDRESSES)


class Door:
    def __init__(self, app: ASGIApp, panel: ASGIApp) -> None:
        self._app = app
        self._panel = panel
        self._tokens: SharedLook[Caller | None] = SharedLook()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["method"] in ("GET", "HEAD") and not is_own(scope["path"]):
            await self._panel(scope, receive, send)
        else:
            await self._enter(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        _check_address(scope)
        needed = access_to(scope["method"], scope["path"])
        if needed == PUBLIC:
            await self._app(scope, receive, send)
            return
        caller = await self._recognise(scope)
        await _admit(scope, caller, needed)
        scope.setdefault("state", {}).update(caller=caller, actor=caller.name)
        bound = structlog.contextvars.bind_contextvars(actor=caller.name)
        try:
            if is_recorded(scope, caller):
                await watched(self._app, caller, scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            structlog.contextvars.reset_contextvars(**bound)

    async def _recognise(self, scope: Scope) -> Caller:
        """Raises Unauthenticated before anything else, so that a stranger does not learn which addresses exist."""
        connection = HTTPConnection(scope)
        token, look = bearer_token(connection), partial(identify, connection)
        caller = await (run_sync(look) if token is None else self._tokens.answer(token, look))
        if caller is None:
            raise Unauthenticated("This API token is not valid." if token is not None else None)
        return caller


def _check_address(scope: Scope) -> None:
    """No database holds a NUL in a text, and PostgreSQL refuses to look for one. Raises Invalid."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
        raise Invalid("The address holds a NUL character (%00): leave it out.")


async def _admit(scope: Scope, caller: Caller, needed: Access | None) -> None:
    """Raises what _check raises, once it is recorded."""
    try:
        _check(scope, caller, needed)
    except AppError as refusal:
        await note_refused(scope, caller, refusal.status, refusal.code)
        raise
    except HTTPException as refusal:
        await note_refused(scope, caller, refusal.status_code, "NothingHere")
        raise


def _check(scope: Scope, caller: Caller, needed: Access | None) -> None:
    """Raises Forbidden, or says that there is nothing here."""
    if needed is None:
        raise _nothing_here(scope)
    if caller.needs_origin_proof and scope["method"] not in SAFE_METHODS:
        require_own_origin(Headers(scope=scope))
    if needed != PUBLIC and not caller.role.covers(needed):
        raise Forbidden(f"This needs the role {needed}; yours is {caller.role}.")


def _nothing_here(scope: Scope) -> HTTPException:
    others = methods_of(scope["path"])
    if others:
        allowed = ", ".join(others)
        return HTTPException(405, f"This address takes {allowed} only.", headers={"Allow": allowed})
    return HTTPException(404, "There is nothing at this address: /api/docs lists what there is.")
