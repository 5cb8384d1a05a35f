"""GET /api/auth/verify: nginx asks here (`auth_request`) whether a request that it holds may go on to Flower.

The door has found out who asks. What they ask for stands in X-Original-Method, X-Original-URI and X-Original-Upgrade,
which nginx sets itself.
"""

import re
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request, Response
from starlette.types import Scope

from core.errors import Forbidden
from core.http import problems
from web.audit.watch import note_passed_on, note_refused
from web.auth.caller import Caller
from web.auth.origin import SAFE_METHODS, require_own_origin
from web.auth.roles import Role
from web.auth.routes import CurrentCaller
from web.auth.table import PUBLIC, access_to
from web.flower.access import role_for
from web.flower.paths import HOME, UNDER

router = APIRouter(prefix="/api/auth", tags=["sign-in"])

PLAIN = re.compile(r"(/[A-Za-z0-9_-]+)+")  # what no reader takes for another path
NAME_SAFE = " @.:/+-_"  # the rest of a name is escaped: a token may be called anything


class NotThisWay(Forbidden):
    """Nothing is let through to this address."""


@router.get("/verify", name="verify", status_code=204, responses=problems(401, 403))
async def verify(request: Request, response: Response, caller: CurrentCaller) -> None:
    """204 with X-Slipway-User and X-Slipway-Role, 401 or 403. What is let through is in the audit log before that."""
    method, uri = (request.headers.get(f"x-original-{name}", "") for name in ("method", "uri"))
    held: Scope = {**request.scope, "method": method, "path": unquote(uri.partition("?")[0])}
    try:
        _check(request, caller, method, uri)
    except Forbidden as refusal:
        await note_refused(held, caller, refusal.status, refusal.code)
        raise
    await note_passed_on(held, caller)
    response.headers["X-Slipway-User"] = quote(caller.name, safe=NAME_SAFE)
    response.headers["X-Slipway-Role"] = caller.role.value


def _check(request: Request, caller: Caller, method: str, uri: str) -> None:
    """Raises Forbidden."""
    _prove_origin(request, method, caller)
    needed = needed_role(method, uri)
    if needed is None:
        raise NotThisWay
    if not caller.role.covers(needed):
        raise Forbidden(f"This needs the role {needed}; yours is {caller.role}.")


def _prove_origin(request: Request, method: str, caller: Caller) -> None:
    """A WebSocket begins as a GET, which any page may send: it needs the proof as well. Raises ForeignOrigin."""
    unsafe = method not in SAFE_METHODS or bool(request.headers.get("x-original-upgrade"))
    if unsafe and caller.needs_origin_proof:
        require_own_origin(request.headers)


def needed_role(method: str, uri: str) -> Role | None:
    """The role that the request needs; None when nobody may. `uri` is as the client sent it."""
    path = uri.partition("?")[0]
    if path == HOME or path.startswith(UNDER):
        return role_for(method, path)
    access = access_to(method, path) if PLAIN.fullmatch(path) else None
    return Role.VIEWER if access == PUBLIC else access
