"""Signing in and out, and API tokens."""

from asyncio import sleep
from typing import Annotated

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response

from core.db import reading, writing
from core.errors import Unauthenticated
from core.http import Cursor, Limit, Listing, Read, Write, problems
from core.settings import get_settings
from web.auth.caller import Caller
from web.auth.models import User
from web.auth.origin import refuse_foreign_origin
from web.auth.passwords import verify_password
from web.auth.schemas import AuthMode, Credentials, Me, SignedIn, TokenMade, TokenOrder, TokenOut
from web.auth.sessions import clear_cookie, cookie_name, end_session, set_cookie, start_session
from web.auth.throttle import Throttle
from web.auth.tokens import create_token, list_tokens, revoke_token
from web.auth.users import find_user, normal
from web.flower.cookies import forget_flower_cookies

auth = APIRouter(prefix="/api/auth", tags=["sign-in"])
tokens = APIRouter(prefix="/api/tokens", tags=["tokens"])

HASHES_AT_ONCE = 2  # each takes 64 MiB and a core for 100 ms
_hashing = CapacityLimiter(HASHES_AT_ONCE)


class WrongCredentials(Unauthenticated):
    """Name or password is wrong."""


async def current_caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def throttle_of(request: Request) -> Throttle:
    throttle: Throttle = request.app.state.throttle
    return throttle


CurrentCaller = Annotated[Caller, Depends(current_caller)]
Throttled = Annotated[Throttle, Depends(throttle_of)]


@auth.get("/mode")
async def get_auth_mode() -> AuthMode:
    """How people sign in here; known to everybody, so that the panel shows the right form."""
    return AuthMode(mode=get_settings().auth_mode)


@auth.post("/login", responses=problems(401, 403, 429))
async def login(body: Credentials, request: Request, response: Response, throttle: Throttled) -> SignedIn:
    """Sets the session's cookie. Failures slow the next attempts down; after ten it takes none for 15 minutes."""
    refuse_foreign_origin(request.headers)
    name, address = normal(body.username), request.client.host if request.client else ""
    await sleep(throttle.attempt(name, address))
    user = await run_sync(_check, name, body.password, limiter=_hashing)
    throttle.succeeded(name, address)
    set_cookie(response, await run_sync(_begin, user), request.url.scheme)
    return SignedIn.model_validate({"username": user.name, "role": user.role})


def _check(name: str, password: str) -> User:
    """Raises WrongCredentials, after the same time for an unknown user as for a wrong password."""
    with reading() as session:
        user = find_user(session, name)
    if not verify_password(password, user.password_hash if user else None) or user is None:
        raise WrongCredentials
    return user


def _begin(user: User) -> str:
    with writing(durable=True) as session:
        return start_session(session, user)


@auth.post("/logout", status_code=204)
def logout(request: Request, response: Response, session: Write) -> None:
    """Ends the session for good, also for a copy of its cookie. A token stays as it is: revoke it instead."""
    scheme = request.url.scheme
    token = request.cookies.get(cookie_name(scheme))
    if token is not None:
        end_session(session, token)
    clear_cookie(response, scheme)
    forget_flower_cookies(response, scheme)


@auth.get("/me")
async def get_me(caller: CurrentCaller) -> Me:
    return Me(username=caller.name, role=caller.role, via=caller.via)


@tokens.get("", name="list_tokens")
def get_tokens(session: Read, caller: CurrentCaller, cursor: Cursor = None, limit: Limit = 50) -> Listing[TokenOut]:
    """One's own; an admin sees all. Newest first, never with the token itself."""
    page = list_tokens(session, caller, cursor=cursor, limit=limit)
    return Listing(items=[TokenOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)


@tokens.post("", name="create_token", status_code=201, responses=problems(403, 422))
def post_token(body: TokenOrder, session: Write, caller: CurrentCaller) -> TokenMade:
    """Up to one's own role. The token is in this answer and nowhere else."""
    made = create_token(session, body.name, body.role, expires_at=body.expires_at, maker=caller)
    return TokenMade(token=made.secret, **TokenOut.model_validate(made.row).model_dump(exclude={"last_used_at"}))


@tokens.delete("/{token_id}", name="revoke_token", status_code=204, responses=problems(404))
def delete_token(token_id: str, session: Write, caller: CurrentCaller) -> None:
    """One's own; an admin any. In force at once, also for tokens that this one has made."""
    revoke_token(session, token_id, caller)
