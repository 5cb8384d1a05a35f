"""One place that records what callers do: it stands around every unsafe request that the door lets in or refuses.

Before the action an entry with its intent is committed; if that cannot be, nothing is done (503). After it, and
before the client has the answer, the entry gets its result; if that cannot be, it is tried again beside, since what
was done must not look undone.
"""

import threading
from typing import Any

import structlog
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import audit
from core.audit import Deed, result_of
from core.patience import StillTroubled, is_trouble, until_through
from core.telling import Telling
from web.auth.caller import Caller
from web.auth.origin import SAFE_METHODS
from web.auth.table import filled_in, row_of

log = structlog.get_logger(__name__)

ENTRIES = CapacityLimiter(10)  # threads of their own: while they wait for another writer, they keep it from nothing
LATE = 600.0  # seconds that a result is tried again while the database is in trouble

# Reads that have the form of an action.
READS = frozenset({"/flower/tasks/datatable"})

# Reads that hand out what others can sign with.
SECRETS = frozenset({("GET", "/api/webhooks/{webhook_id}/secret"), ("GET", "/api/job-webhooks/secret")})

# What programs submit by the thousand is recorded on the job itself (`submitted_by`): no second write for them.
ON_THE_JOB = frozenset(
    {
        ("POST", "/api/jobs"),
        ("POST", "/api/jobs/batch"),
        ("POST", "/api/workflows"),
        ("POST", "/api/agents"),
        ("POST", "/api/agents/{agent_id}/ask"),
    }
)


def is_recorded(scope: Scope, caller: Caller) -> bool:
    row = row_of(scope["method"], scope["path"])
    if scope["method"] in SAFE_METHODS or scope["path"] in READS:
        return row in SECRETS
    return caller.via != "token" or row not in ON_THE_JOB


def deed_of(scope: Scope, caller: Caller) -> Deed:
    method, path = scope["method"], scope["path"]
    row = row_of(method, path)
    return Deed(
        actor=caller.name,
        via=caller.via,
        action=_names(scope.get("app")).get(row, "unknown") if row else "unknown",
        method=method,
        route=row[1] if row else None,
        target="/".join(filled_in(row, path)) or None if row else path,
        address=address_of(scope),
    )


def address_of(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _names(app: Any) -> dict[tuple[str, str], str]:
    """Each route's name, which is also its operationId; none when the door stands before another application."""
    if app is None:
        return {}
    if not hasattr(app.state, "route_names"):
        found = iter_route_contexts(app.routes)
        app.state.route_names = {(verb, str(one.path)): one.name for one in found for verb in one.methods or ()}
    names: dict[tuple[str, str], str] = app.state.route_names
    return names


async def watched(app: ASGIApp, caller: Caller, scope: Scope, receive: Receive, send: Send) -> None:
    """Raises the database's errors when the intent cannot be written; the application has not been called then."""
    telling = scope["state"]["telling"] = Telling()
    entry_id = await run_sync(audit.begin, deed_of(scope, caller), limiter=ENTRIES)
    completed = False

    async def completing(message: Message) -> None:
        nonlocal completed
        if message["type"] == "http.response.start" and not completed:
            completed = True
            await run_sync(_complete, entry_id, message["status"], telling, limiter=ENTRIES)
        await send(message)

    try:
        await app(scope, receive, completing)
    except Exception:
        if not completed:
            await run_sync(_complete, entry_id, 500, telling, limiter=ENTRIES)
        raise


def _complete(entry_id: str, status: int, telling: Telling) -> None:
    def write() -> None:
        audit.complete(entry_id, status, target=telling.target, detail=telling.detail)

    try:
        write()
    except DBAPIError as error:
        log.warning("the result of an action is recorded later", entry=entry_id, status=status)
        if is_trouble(error):
            threading.Thread(target=_later, args=(write, entry_id), daemon=True, name="late audit").start()


def _later(write: Any, entry_id: str) -> None:
    try:
        until_through(write, what="audit", patience=LATE)
    except (StillTroubled, DBAPIError) as error:
        log.error("the result of an action was not recorded", entry=entry_id, error_class=type(error).__name__)


async def note_refused(scope: Scope, caller: Caller, status: int, code: str) -> None:
    """The door's own refusals. Nothing was done, so trouble with the entry changes no answer."""
    if scope["method"] in SAFE_METHODS or scope["path"] in READS:
        return
    await run_sync(record_quietly, deed_of(scope, caller), status, {"code": code}, limiter=ENTRIES)


async def note_passed_on(scope: Scope, caller: Caller) -> None:
    """What another program does after our yes; how it ends is not ours to see. Raises the database's errors."""
    if is_recorded(scope, caller):
        await run_sync(audit.begin, deed_of(scope, caller), limiter=ENTRIES)


def record_quietly(deed: Deed, status: int, detail: dict[str, Any]) -> None:
    try:
        audit.record_alone(deed, result_of(status), status=status, detail=detail)
    except DBAPIError as error:
        log.warning("a refusal was not recorded", action=deed.action, error_class=type(error).__name__)
