"""API tokens for machines.

A token acts with its own role, and never with more than its owner has now. A user may make tokens up to their own
role, and sees and revokes their own; an admin sees and revokes all. A token may make tokens as well: they belong to
its owner, end no later than it does, and go when it is revoked; it sees and revokes these and itself. `manage.py token
create` makes tokens of no owner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, true, update
from sqlalchemy.orm import Session

from core import clock, ids
from core.audit import NAME_LENGTH
from core.db import changed, table_of, writing
from core.errors import FieldError, Forbidden, Invalid, NotFound
from core.http import Page, page_of
from core.prepared import PreparedRead
from web.auth.caller import Caller
from web.auth.credentials import digest, new_api_token
from web.auth.models import ApiToken, User
from web.auth.roles import Role

USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownToken(NotFound):
    """There is no such token."""


class RoleTooHigh(Forbidden):
    """A token cannot have a higher role than whoever makes it."""


class AlreadyExpired(Invalid):
    """`expires_at` is in the past."""


@dataclass(frozen=True)
class NewToken:
    """`secret` is shown once and is not stored."""

    row: ApiToken
    secret: str


def create_token(
    session: Session, name: str, role: Role, *, expires_at: datetime | None = None, maker: Caller | None = None
) -> NewToken:
    """Raises RoleTooHigh, AlreadyExpired."""
    if maker is not None and not maker.role.covers(role):
        raise RoleTooHigh
    expires_at = _no_later_than_maker(session, expires_at, maker)
    now, secret = clock.now(), new_api_token()
    if expires_at is not None and expires_at <= now:
        raise AlreadyExpired(fields=[FieldError(field="expires_at", message="is in the past")])
    row = ApiToken(id=ids.new_id(), name=name, token_hash=digest(secret), role=role.value, created_at=now)
    row.expires_at = expires_at
    if maker is not None:
        row.owner_id, row.made_by = maker.user_id, maker.token_id
    session.add(row)
    session.flush()
    return NewToken(row, secret)


def _no_later_than_maker(session: Session, wanted: datetime | None, maker: Caller | None) -> datetime | None:
    if maker is None or maker.token_id is None:
        return wanted
    limit = session.scalar(select(ApiToken.expires_at).where(ApiToken.id == maker.token_id))
    return min(wanted, limit) if wanted and limit else wanted or limit


def _visible_to(caller: Caller | None) -> ColumnElement[bool]:
    """A token's own are itself and what it has made: not its owner's others, nor the others that nobody owns."""
    if caller is None or caller.role is Role.ADMIN:
        return true()
    if caller.token_id is not None:
        return or_(ApiToken.id == caller.token_id, ApiToken.made_by == caller.token_id)
    return ApiToken.owner_id == caller.user_id


def list_tokens(session: Session, caller: Caller | None, *, cursor: str | None, limit: int) -> Page[ApiToken]:
    """Newest first; without a caller, all. Raises BadCursor."""
    statement = select(ApiToken).where(_visible_to(caller))
    return page_of(session, statement, by=(ApiToken.created_at, ApiToken.id), cursor=cursor, limit=limit)


def revoke_token(session: Session, token_id: str, caller: Caller | None = None) -> None:
    """In force at once. Raises UnknownToken, also for a token that the caller may not see."""
    if not changed(session, delete(ApiToken).where(ApiToken.id == token_id, _visible_to(caller))):
        raise UnknownToken(f"There is no token {token_id!r}.")


_tokens, _users = table_of(ApiToken).c, table_of(User).c
_IN_FORCE = PreparedRead(
    select(_tokens.id, _tokens.name, _tokens.role, _tokens.owner_id)
    .add_columns(_users.name.label("owner"), _users.role.label("owner_role"))
    .outerjoin_from(table_of(ApiToken), table_of(User), _users.id == _tokens.owner_id)
    .where(_tokens.token_hash == bindparam("digest"))
    .where(or_(_tokens.expires_at.is_(None), _tokens.expires_at > bindparam("now")))
)


def caller_of_token(secret: str) -> Caller | None:
    """None when the token has expired, was revoked, or never was.

    An owner's name stands first: anybody may call their token like an admin's, and the audit log tells them apart.
    """
    row = _IN_FORCE.run({"digest": digest(secret), "now": clock.now()})
    if row is None:
        return None
    role = min(Role(row.role), Role(row.owner_role or Role.ADMIN), key=lambda role: role.rank)
    return Caller(
        name=f"token:{row.owner}/{row.name}"[:NAME_LENGTH] if row.owner else f"token:{row.name}",
        role=role,
        via="token",
        user_id=row.owner_id,
        token_id=row.id,
        owner=row.owner,
    )


def note_use(token_id: str) -> None:
    """At most once a minute a token, since every request would otherwise be a write."""
    now = clock.now()
    stale = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - USE_NOTED_EVERY)
    with writing() as session:
        session.execute(update(ApiToken).where(ApiToken.id == token_id, stale).values(last_used_at=now))
