"""Signing in, for every mode: the door knows nobody yet, so the routes record it themselves."""

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection

from core.audit import Deed, Result, Via, record
from core.text import clean
from web.audit.watch import address_of, record_quietly
from web.auth.users import NAME, normal

ACTION = "sign_in"
NOBODY = "anonymous"
UNFIT = "(not a user's name)"  # a password that was typed into the wrong field often looks like this


def signed_in(session: Session, connection: HTTPConnection, name: str, via: Via = Via.SESSION) -> None:
    """In the transaction that starts the session: there is no session without its entry."""
    record(session, _deed(connection, actor=name, via=via), Result.OK, status=200)


def sign_in_refused(connection: HTTPConnection, name: str, code: str, via: Via = Via.SESSION) -> None:
    """`name` as it was typed or as the provider gave it. Trouble with the entry changes no answer."""
    wanted = normal(clean(name))
    deed = _deed(connection, actor=NOBODY, via=via, target=wanted if NAME.fullmatch(wanted) else UNFIT)
    record_quietly(deed, 401, {"code": code})


def _deed(connection: HTTPConnection, *, actor: str, via: Via, target: str | None = None) -> Deed:
    scope = connection.scope
    way = {"method": scope.get("method"), "route": scope["path"], "address": address_of(scope)}
    return Deed(actor=actor, via=via, action=ACTION, target=target, **way)
