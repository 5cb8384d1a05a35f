"""Signing in and out, and API tokens."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response

from core.db import writing
from core.http import Cursor, Limit, Listing, Read, Write, problems
from core.settings import get_settings
from core.telling import Tell
from web.audit.sign_ins import sign_in_refused, signed_in
from web.auth.caller import Caller
from web.auth.models import User
from web.auth.oauth.names import provider_name
from web.auth.origin import refuse_foreign_origin
from web.auth.passwords_tried import WrongCredentials, require_passwords, user_with_password
from web.auth.schemas import AuthMode, Credentials, Me, SignedIn, TokenMade, TokenOrder, TokenOut
from web.auth.sessions import clear_cookie, end_session, session_token, set_cookie, start_session, visitor_of
from web.auth.tokens import create_token, list_tokens, revoke_token
from web.flower.cookies import forget_flower_cookies

auth = APIRouter(prefix="/api/auth", tags=["sign-in"])
tokens = APIRouter(prefix="/api/tokens", tags=["tokens"])


async def current_caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]


@auth.get("/mode")
async def get_auth_mode() -> AuthMode:
    """How people sign in here; known to everybody, so that the panel shows the right form."""
    settings = get_settings()
    return AuthMode(
        mode=settings.auth_mode,
        provider=provider_name(settings) if settings.auth_mode == "oauth" else None,
        sign_out_url=settings.proxy_sign_out_url if settings.auth_mode == "proxy" else None,
    )


@auth.post("/login", name="sign_in", responses=problems(401, 403, 429))
async def login(body: Credentials, request: Request, response: Response) -> SignedIn:
    """Sets the session's cookie. Failures slow the next attempts down; after ten it takes none for 15 minutes."""
    refuse_foreign_origin(request.headers)
    require_passwords()
    try:
        user = await user_with_password(request, body.username, body.password)
    except WrongCredentials as refusal:
        await run_sync(sign_in_refused, request, body.username, refusal.code)
        raise
    set_cookie(response, await run_sync(_begin, request, user), request.url.scheme)
    forget_flower_cookies(response, request.url.scheme)
    return SignedIn.model_validate({"username": user.name, "role": user.role})


def _begin(request: Request, user: User) -> str:
    with writing(durable=True) as session:
        signed_in(session, request, user.name)
        return start_session(session, user, visitor_of(request))


@auth.post("/logout", name="sign_out", status_code=204)
def logout(request: Request, response: Response, session: Write) -> None:
    """Ends the session for good, also for a copy of its cookie. A token stays as it is: revoke it instead."""
    token = session_token(request)
    if token is not None:
        end_session(session, token)
    clear_cookie(response, request.url.scheme)
    forget_flower_cookies(response, request.url.scheme)


@auth.get("/me")
async def get_me(caller: CurrentCaller) -> Me:
    return Me(username=caller.name, role=caller.role, via=caller.via)


@tokens.get("", name="list_tokens")
def get_tokens(session: Read, caller: CurrentCaller, cursor: Cursor = None, limit: Limit = 50) -> Listing[TokenOut]:
    """One's own; an admin sees all. Newest first, never with the token itself."""
    page = list_tokens(session, caller, cursor=cursor, limit=limit)
    return Listing(items=[TokenOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)


@tokens.post("", name="create_token", status_code=201, responses=problems(403, 422))
def post_token(body: TokenOrder, session: Write, caller: CurrentCaller, tell: Tell) -> TokenMade:
    """Up to one's own role. The token is in this answer and nowhere else."""
    made = create_token(session, body.name, body.role, expires_at=body.expires_at, maker=caller)
    tell(target=made.row.id, name=body.name, role=body.role)
    return TokenMade(token=made.secret, **TokenOut.model_validate(made.row).model_dump(exclude={"last_used_at"}))


@tokens.delete("/{token_id}", name="revoke_token", status_code=204, responses=problems(404))
def delete_token(token_id: str, session: Write, caller: CurrentCaller) -> None:
    """One's own; an admin any. In force at once, also for tokens that this one has made."""
    revoke_token(session, token_id, caller)
