"""Sign-in sessions: rows on the server, and a cookie that holds nothing but a random name for one of them."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Response
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from core import clock, ids
from core.db import changed, writing
from core.errors import NotFound
from core.settings import get_settings
from core.text import clean
from web.auth.caller import Caller
from web.auth.credentials import digest, new_session_token
from web.auth.models import User, UserSession
from web.auth.roles import Role

SEEN_NOTED_EVERY = timedelta(minutes=5)
LONGEST_AGENT, LONGEST_ADDRESS = 300, 45  # characters


class UnknownSession(NotFound):
    """There is no such session of yours."""


@dataclass(frozen=True)
class Visitor:
    """Where a sign-in comes from, so that people recognise their own; `token` is of the session before it."""

    address: str
    agent: str
    token: str | None


def is_https(scheme: str) -> bool:
    """PUBLIC_URL knows it too, where a proxy that ends TLS does not say so."""
    return scheme == "https" or get_settings().served_on_https


def cookie_name(scheme: str) -> str:
    """`__Host-` makes browsers refuse the cookie unless it is Secure, for this host only, and for all paths."""
    return "__Host-slipway" if is_https(scheme) else "slipway"


def session_token(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(cookie_name(connection.url.scheme))


def visitor_of(connection: HTTPConnection) -> Visitor:
    address = connection.client.host if connection.client else ""
    agent = clean(connection.headers.get("user-agent", ""))
    return Visitor(address[:LONGEST_ADDRESS], agent[:LONGEST_AGENT], session_token(connection))


def start_session(session: Session, user: User, visitor: Visitor) -> str:
    """Answers the token for the cookie: always a new one, and the session before it ends. Clears away the expired."""
    token, now = new_session_token(), clock.now()
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    if visitor.token is not None:
        end_session(session, visitor.token)
    made = UserSession(id=ids.new_id(), token_hash=digest(token), user_id=user.id, mode=get_settings().auth_mode)
    made.address, made.user_agent = visitor.address, visitor.agent
    made.created_at = made.last_seen_at = now
    made.expires_at = now + timedelta(hours=get_settings().session_hours)
    session.add(made)
    return token


def end_session(session: Session, token: str) -> None:
    session.execute(delete(UserSession).where(UserSession.token_hash == digest(token)))


def end_session_of(session: Session, user_id: str, session_id: str) -> None:
    """Raises UnknownSession, also for somebody else's."""
    own = (UserSession.id == session_id, UserSession.user_id == user_id)
    if not changed(session, delete(UserSession).where(*own)):
        raise UnknownSession


def end_sessions_of(session: Session, user_id: str) -> None:
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def list_sessions(session: Session, user_id: str) -> list[UserSession]:
    """Those in force, the latest seen first."""
    mine = (UserSession.user_id == user_id, *_in_force())
    return list(session.scalars(select(UserSession).where(*mine).order_by(UserSession.last_seen_at.desc())))


def caller_of_session(session: Session, token: str) -> Caller | None:
    """None when the session has expired, was ended, belongs to another mode, or never was."""
    columns = select(User.id, User.name, User.role, UserSession.id.label("session_id"))
    found = columns.join(UserSession, UserSession.user_id == User.id).where(UserSession.token_hash == digest(token))
    row = session.execute(found.where(*_in_force())).one_or_none()
    if row is None:
        return None
    return Caller(name=row.name, role=Role(row.role), via="session", user_id=row.id, session_id=row.session_id)


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return UserSession.expires_at > clock.now(), UserSession.mode == get_settings().auth_mode


def note_seen(session_id: str) -> None:
    with writing() as session:
        session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=clock.now()))


def set_cookie(response: Response, token: str, scheme: str) -> None:
    response.set_cookie(
        cookie_name(scheme),
        token,
        max_age=get_settings().session_hours * 3600,
        path="/",
        secure=is_https(scheme),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, scheme: str) -> None:
    secure = is_https(scheme)
    response.delete_cookie(cookie_name(scheme), path="/", secure=secure, httponly=True, samesite="lax")
