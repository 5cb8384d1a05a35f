"""What happens on the way to the provider and back. Loaded where people go it: see WAY in routes.py."""

from urllib.parse import urlencode

import structlog
from anyio.to_thread import run_sync
from fastapi import Request
from sqlalchemy.exc import IntegrityError
from starlette.responses import RedirectResponse

from core.audit import Via
from core.db import writing
from web.audit.sign_ins import sign_in_refused, signed_in
from web.auth.allowed import is_allowed
from web.auth.oauth import flow as flows
from web.auth.oauth.errors import Reason, SignInFailed
from web.auth.oauth.identity import Identity
from web.auth.oauth.provider import provider
from web.auth.role_rules import role_of
from web.auth.sessions import set_cookie, start_session, visitor_of
from web.auth.users import UnfitName, end_access, ensure_user
from web.flower.cookies import forget_flower_cookies

log = structlog.get_logger(__name__)

SIGN_IN_PAGE = "/sign-in"


async def begin(request: Request, wanted: str | None) -> RedirectResponse:
    """To the provider."""
    flow = flows.begin(wanted)
    try:
        address = await provider().address(flow)
    except SignInFailed as failure:
        return _refused(failure, flow.next)
    response = RedirectResponse(address, 303)
    flows.remember(response, flow, request.url.scheme)
    return response


async def finish(request: Request, *, code: str, state: str, error: str, issuer: str | None) -> RedirectResponse:
    """Into the panel, or to its sign-in page with the reason why not."""
    try:
        flow = flows.recall(request, state)
        response = await _admitted(request, flow, code=code, error=error, issuer=issuer)
    except SignInFailed as failure:
        response = _refused(failure, "/")
    flows.forget(response, request.url.scheme)
    return response


async def _admitted(
    request: Request, flow: flows.Flow, *, code: str, error: str, issuer: str | None
) -> RedirectResponse:
    if error or not code:
        return _refused(SignInFailed(Reason.CANCELLED, "the provider sent an error"), flow.next)
    try:
        identity = await provider().identity(flow, code, issuer)
    except SignInFailed as failure:
        return _refused(failure, flow.next)
    try:
        token = await run_sync(_begin, request, identity)
    except SignInFailed as failure:
        await run_sync(sign_in_refused, request, identity.email, failure.reason.value, Via.OAUTH)
        return _refused(failure, flow.next)
    response = RedirectResponse(flow.next, 303)
    set_cookie(response, token, request.url.scheme)
    forget_flower_cookies(response, request.url.scheme)
    return response


def _begin(request: Request, identity: Identity) -> str:
    """The role is found anew at each sign-in. Raises SignInFailed."""
    if not identity.verified:
        raise SignInFailed(Reason.UNVERIFIED)
    if not is_allowed(identity.email):
        raise SignInFailed(Reason.NOT_ALLOWED)
    role = role_of(identity.email, identity.groups)
    if role is None:
        with writing() as session:
            end_access(session, identity.email)
        raise SignInFailed(Reason.NO_ROLE)
    try:
        with writing(durable=True) as session:
            user = ensure_user(session, identity.email, role)
            signed_in(session, request, user.name, Via.OAUTH)
            return start_session(session, user, visitor_of(request))
    except UnfitName:
        raise SignInFailed(Reason.NOT_ALLOWED, "the address has characters that no user name may have") from None
    except IntegrityError:  # the same person's first sign-in, in another tab, was faster
        return _begin(request, identity)


def _refused(failure: SignInFailed, wanted: str) -> RedirectResponse:
    log.warning("a sign-in through the provider failed", reason=failure.reason.value, detail=failure.detail)
    query = {"refused": failure.reason.value} | ({"next": wanted} if wanted != "/" else {})
    return RedirectResponse(f"{SIGN_IN_PAGE}?{urlencode(query)}", 303)
