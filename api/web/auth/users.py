"""People who may sign in."""

import re

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import clock, ids
from core.errors import Conflict, FieldError, Invalid, NotFound, closest
from web.auth.models import ApiToken, User
from web.auth.passwords import Hashed
from web.auth.roles import Role
from web.auth.sessions import end_sessions_of

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


class UnknownUser(NotFound):
    """There is no such user."""


class UserExists(Conflict):
    """There is a user of that name already."""


class UnfitName(Invalid):
    """A user's name has letters, digits and . _ @ + - only, 100 at most."""


class LastAdmin(Conflict):
    """This is the only admin: make another one first."""


def normal(name: str) -> str:
    return name.strip().lower()


def find_user(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.name == normal(name)))


def get_user(session: Session, name: str) -> User:
    """Raises UnknownUser, with the nearest names."""
    user = find_user(session, name)
    if user is None:
        raise UnknownUser(f"There is no user {name!r}. {closest(name, list(session.scalars(select(User.name))))}")
    return user


def list_users(session: Session) -> list[User]:
    return list(session.scalars(select(User).order_by(User.name)))


def any_user(session: Session) -> bool:
    return session.scalar(select(User.id).limit(1)) is not None


def add_user(session: Session, name: str, role: Role, password: Hashed) -> User:
    """Raises UnfitName, UserExists."""
    fit = _fit(name)
    if find_user(session, fit) is not None:
        raise UserExists(f"There is a user {fit!r} already.")
    now = clock.now()
    made = {"id": ids.new_id(), "name": fit, "password_hash": password, "role": role.value}
    user = User(**made, created_at=now, updated_at=now)
    session.add(user)
    session.flush()
    return user


def ensure_user(session: Session, name: str, role: Role) -> User:
    """One whom a provider or a proxy has signed in: made without a password at first, the role as of now.

    Raises UnfitName.
    """
    user, now = find_user(session, name), clock.now()
    if user is None:
        user = User(id=ids.new_id(), name=_fit(name), password_hash="", created_at=now)
        session.add(user)
    user.role, user.updated_at = role.value, now
    session.flush()
    return user


def _fit(name: str) -> str:
    """Raises UnfitName."""
    if not NAME.fullmatch(normal(name)):
        raise UnfitName(fields=[FieldError(field="username", message=UnfitName.__doc__ or "")])
    return normal(name)


def remove_user(session: Session, name: str) -> None:
    """The user's sessions and API tokens go as well. Raises UnknownUser, LastAdmin."""
    user = _locked(session, name)
    _require_another_admin(session, user)
    session.delete(user)


def any_token_of(session: Session, user_id: str) -> bool:
    return session.scalar(select(ApiToken.id).where(ApiToken.owner_id == user_id).limit(1)) is not None


def end_access(session: Session, name: str) -> None:
    """Of somebody whom no rule gives a role any more: sessions and API tokens end. Nothing for who never was here."""
    user = find_user(session, name)
    if user is not None:
        end_sessions_of(session, user.id)
        session.execute(delete(ApiToken).where(ApiToken.owner_id == user.id))


def set_role(session: Session, name: str, role: Role) -> User:
    """In force at the user's next request. Raises UnknownUser, LastAdmin."""
    user = _locked(session, name)
    if role is not Role.ADMIN:
        _require_another_admin(session, user)
    user.role, user.updated_at = role.value, clock.now()
    return user


def _locked(session: Session, name: str) -> User:
    """The user as of now, while nobody else changes an admin: two admins could otherwise go at the same moment.

    The locks are taken in one order. SQLite has one writer at a time anyway. Raises UnknownUser.
    """
    admins = select(User.id).where(User.role == Role.ADMIN).order_by(User.id)
    session.execute(admins.with_for_update()).all()
    user = get_user(session, name)
    session.refresh(user)
    return user


def _require_another_admin(session: Session, user: User) -> None:
    """Raises LastAdmin."""
    admins = session.scalar(select(func.count()).select_from(User).where(User.role == Role.ADMIN))
    if user.role == Role.ADMIN and admins == 1:
        raise LastAdmin


def set_password(session: Session, name: str, password: Hashed) -> User:
    """Ends all of the user's sessions. Raises UnknownUser."""
    user = get_user(session, name)
    user.password_hash, user.updated_at = password, clock.now()
    end_sessions_of(session, user.id)
    return user
