"""Sign-in by a proxy in front of us: its word counts when it speaks to us itself, and from nowhere else."""

import hmac
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from starlette.requests import HTTPConnection

from core.db import reading, writing
from core.errors import Forbidden
from core.settings import Settings, get_settings
from web.auth.caller import Caller
from web.auth.models import User
from web.auth.role_rules import role_of
from web.auth.roles import Role
from web.auth.seldom import Seldom
from web.auth.users import NAME, any_token_of, end_access, ensure_user, find_user, normal
from web.peer import is_within, peer_of

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Slipway-Proxy-Secret"
_ignored = Seldom(timedelta(minutes=1))


class NoRole(Forbidden):
    """You are signed in, but nobody has given you a role here. Ask an admin."""


def caller_of_proxy(connection: HTTPConnection) -> Caller | None:
    """None when nobody whom we believe says who it is. Raises NoRole."""
    settings = get_settings()
    if not connection.headers.getlist(settings.proxy_user_header):
        return None
    if refusal := _refusal(connection, settings):
        _say(refusal, peer_of(connection.scope))
        return None
    name = normal(connection.headers[settings.proxy_user_header])
    role = role_of(name, _groups(connection, settings))
    if role is None:
        _end_access(name)
        raise NoRole
    return Caller(name=name, role=role, via="proxy", user_id=_known(name, role).id)


def _refusal(connection: HTTPConnection, settings: Settings) -> str | None:
    """Why the header is not believed. Sent twice, one of the two may be the client's own."""
    peer = peer_of(connection.scope)
    if peer is None:
        return "the peer's address is hidden: start uvicorn with --no-proxy-headers"
    if not is_within(peer, settings.trusted_proxies):
        return "it comes from an address that is not in TRUSTED_PROXIES"
    if not _secret_fits(connection, settings):
        return f"{SECRET_HEADER} is not PROXY_SECRET"
    names = (settings.proxy_user_header, settings.proxy_role_header or "")
    if any(len(connection.headers.getlist(name)) > 1 for name in names):
        return "it was sent more than once"
    if not NAME.fullmatch(normal(connection.headers[settings.proxy_user_header])):
        return "it holds no user name of letters, digits and . _ @ + -"
    return None


def _secret_fits(connection: HTTPConnection, settings: Settings) -> bool:
    if settings.proxy_secret is None:
        return True
    sent = connection.headers.getlist(SECRET_HEADER)
    return len(sent) == 1 and hmac.compare_digest(sent[0].encode(), settings.proxy_secret.get_secret_value().encode())


def _groups(connection: HTTPConnection, settings: Settings) -> list[str]:
    value = connection.headers.get(settings.proxy_role_header, "") if settings.proxy_role_header else ""
    return [one.strip() for one in value.split(",") if one.strip()]


def _end_access(name: str) -> None:
    """Each of that person's requests comes here, so it is written only when there is something to end."""
    with reading() as session:
        user = find_user(session, name)
        has_tokens = user is not None and any_token_of(session, user.id)
    if has_tokens:
        with writing() as session:
            end_access(session, name)


def _known(name: str, role: Role) -> User:
    """The user's row, which tokens belong to; written only when it is new or the role is another."""
    with reading() as session:
        user = find_user(session, name)
    if user is not None and user.role == role:
        return user
    try:
        with writing(durable=True) as session:
            return ensure_user(session, name, role)
    except IntegrityError:  # another request was faster
        return _known(name, role)


def _say(refusal: str, peer: str | None) -> None:
    """The name that was claimed is not logged: it is whatever a stranger typed."""
    if _ignored.is_due(f"{peer} {refusal}"):
        log.warning("an identity header was ignored", reason=refusal, peer=peer)
