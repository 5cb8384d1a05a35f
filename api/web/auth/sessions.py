"""Sign-in sessions: rows on the server, and a cookie that holds nothing but a random name for one of them."""

from datetime import timedelta

from fastapi import Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import clock
from core.settings import get_settings
from web.auth.caller import Caller
from web.auth.credentials import digest, new_session_token
from web.auth.models import User, UserSession
from web.auth.roles import Role


def cookie_name(scheme: str) -> str:
    """`__Host-` makes browsers refuse the cookie unless it is Secure, for this host only, and for all paths."""
    return "__Host-slipway" if scheme == "https" else "slipway"


def start_session(session: Session, user: User) -> str:
    """Answers the token for the cookie; also clears away sessions that have expired."""
    token, now = new_session_token(), clock.now()
    session.execute(delete(UserSession).where(UserSession.expires_at <= now))
    expires = now + timedelta(hours=get_settings().session_hours)
    session.add(UserSession(token_hash=digest(token), user_id=user.id, created_at=now, expires_at=expires))
    return token


def end_session(session: Session, token: str) -> None:
    session.execute(delete(UserSession).where(UserSession.token_hash == digest(token)))


def caller_of_session(session: Session, token: str) -> Caller | None:
    """None when the session has expired, was ended, or never was."""
    in_force = (UserSession.token_hash == digest(token), UserSession.expires_at > clock.now())
    columns = select(User.id, User.name, User.role).join(UserSession, UserSession.user_id == User.id)
    row = session.execute(columns.where(*in_force)).one_or_none()
    return row and Caller(name=row.name, role=Role(row.role), via="session", user_id=row.id)


def set_cookie(response: Response, token: str, scheme: str) -> None:
    response.set_cookie(
        cookie_name(scheme),
        token,
        max_age=get_settings().session_hours * 3600,
        path="/",
        secure=scheme == "https",
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, scheme: str) -> None:
    secure = scheme == "https"
    response.delete_cookie(cookie_name(scheme), path="/", secure=secure, httponly=True, samesite="lax")
