"""One's own account: the password, and the sessions that are open under one's name."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response

from core.db import writing
from core.errors import FieldError, Forbidden, Invalid, Unauthenticated
from core.http import Listing, Read, Write, problems
from web.auth.caller import Caller
from web.auth.models import UserSession
from web.auth.passwords import Hashed, hash_in_turn
from web.auth.passwords_tried import WrongCredentials, require_passwords, user_with_password
from web.auth.routes import CurrentCaller
from web.auth.schemas import NewPassword, SessionOut
from web.auth.sessions import (
    Visitor,
    clear_cookie,
    end_session_of,
    end_sessions_of,
    list_sessions,
    set_cookie,
    start_session,
    visitor_of,
)
from web.auth.users import set_password
from web.flower.cookies import forget_flower_cookies

account = APIRouter(prefix="/api/auth", tags=["account"])


class NoSession(Forbidden):
    """This is for people who have signed in with a session, not for tokens and not behind a proxy that signs in."""


class WrongOldPassword(Invalid):
    """This is not your password."""


async def session_caller(caller: CurrentCaller) -> Caller:
    """Raises NoSession."""
    if caller.session_id is None:
        raise NoSession
    return caller


SessionCaller = Annotated[Caller, Depends(session_caller)]


def _user_id(caller: Caller) -> str:
    if caller.user_id is None:
        raise Unauthenticated
    return caller.user_id


@account.post("/password", status_code=204, responses=problems(403, 422, 429))
async def change_password(body: NewPassword, request: Request, response: Response, caller: SessionCaller) -> None:
    """Ends every session of this user, also this one, which goes on under a new cookie."""
    require_passwords()
    try:
        await user_with_password(request, caller.name, body.old)
    except WrongCredentials:
        raise WrongOldPassword(fields=[FieldError("old", WrongOldPassword.__doc__ or "")]) from None
    hashed = await hash_in_turn(body.new)
    token = await run_sync(_change, caller.name, hashed, visitor_of(request))
    set_cookie(response, token, request.url.scheme)


def _change(name: str, password: Hashed, visitor: Visitor) -> str:
    with writing(durable=True) as session:
        user = set_password(session, name, password)
        return start_session(session, user, visitor)


@account.get("/sessions", name="list_sessions", responses=problems(403))
def get_sessions(session: Read, caller: SessionCaller) -> Listing[SessionOut]:
    """One's own that are in force, the latest seen first."""
    rows = list_sessions(session, _user_id(caller))
    return Listing(items=[_shown(row, caller) for row in rows])


def _shown(row: UserSession, caller: Caller) -> SessionOut:
    return SessionOut.model_validate(row).model_copy(update={"current": row.id == caller.session_id})


@account.delete("/sessions/{session_id}", name="end_session", status_code=204, responses=problems(403, 404))
def delete_session(session_id: str, session: Write, caller: SessionCaller) -> None:
    """In force at once."""
    end_session_of(session, _user_id(caller), session_id)


@account.delete("/sessions", name="end_sessions", status_code=204, responses=problems(403))
def delete_sessions(request: Request, response: Response, session: Write, caller: SessionCaller) -> None:
    """Signs out everywhere, here too."""
    end_sessions_of(session, _user_id(caller))
    clear_cookie(response, request.url.scheme)
    forget_flower_cookies(response, request.url.scheme)
