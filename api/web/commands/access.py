"""`manage.py user …` and `manage.py token …`."""

import sys
from datetime import datetime, timedelta
from typing import Annotated

import typer

from core import clock
from core.db import reading
from core.settings import get_settings
from web.auth.bootstrap import FIRST_USER
from web.auth.bootstrap import bootstrap as make_first_user
from web.auth.passwords import hash_password, new_password
from web.auth.roles import Role
from web.auth.tokens import create_token, list_tokens, revoke_token
from web.auth.users import add_user, list_users, remove_user, set_password, set_role
from web.commands.audited import audited, command
from web.commands.text_table import text_table

users = typer.Typer(help="People who may sign in.", no_args_is_help=True)
tokens = typer.Typer(help="API tokens for machines.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The user's name.")]
MOST = 200  # tokens in a list


def _password_or_made_up() -> tuple[str, bool]:
    """From standard input when something is piped in; an argument would show in process lists."""
    piped = "" if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return (piped, False) if piped else (new_password(), True)


@users.command()
def add(name: Name, role: Role = Role.VIEWER) -> None:
    """Makes a user. The password is read from standard input; from a terminal, one is made up and printed."""
    password, made_up = _password_or_made_up()
    hashed = hash_password(password)
    with audited("create_user", name, role=role.value) as session:
        add_user(session, name, role, hashed)
    if made_up:
        typer.echo(f"password: {password}")


@users.command()
def role(name: Name, role: Annotated[Role, typer.Argument()]) -> None:
    """Gives a user another role, in force at the next request."""
    with audited("change_role", name, now=role.value) as session:
        set_role(session, name, role)


@users.command()
def reset(name: Name) -> None:
    """Sets a new password, as `add` does, and ends the user's sessions."""
    password, made_up = _password_or_made_up()
    hashed = hash_password(password)
    with audited("reset_password", name) as session:
        set_password(session, name, hashed)
    if made_up:
        typer.echo(f"password: {password}")


@users.command()
def remove(name: Name) -> None:
    """Removes a user, with the sessions and API tokens of that user. The last admin stays."""
    with audited("remove_user", name) as session:
        remove_user(session, name)


@users.command("list")
def show_users() -> None:
    """Names and roles."""
    with reading() as session:
        rows = [(user.name, user.role, _moment(user.created_at)) for user in list_users(session)]
    typer.echo(text_table(("name", "role", "made"), rows))


@users.command()
def bootstrap() -> None:
    """Makes the first user, `admin`, when there is none. Prints a password that it made up, and only then."""
    if get_settings().auth_mode != "basic":
        typer.echo(f"No user was made: AUTH_MODE is {get_settings().auth_mode}, and others know people.", err=True)
        return
    made = make_first_user(command("create_user", FIRST_USER))
    if made is None:
        typer.echo("There is a user already.", err=True)
    elif made.password is None:
        typer.echo(f"Made the user {FIRST_USER!r}, with the password from ADMIN_PASSWORD.", err=True)
    else:
        typer.echo(f"password: {made.password}")


@tokens.command()
def create(
    name: Annotated[str, typer.Option(help="What it is for.")],
    role: Annotated[Role, typer.Option(help="What it may do.")],
    expires_days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days; without it, never.")] = None,
) -> None:
    """Makes a token of no owner and prints it, this one time."""
    expires_at = clock.now() + timedelta(days=expires_days) if expires_days else None
    with audited("create_token", name, role=role.value) as session:
        made = create_token(session, name, role, expires_at=expires_at)
    typer.echo(made.secret)


@tokens.command("list")
def show_tokens() -> None:
    """The newest 200, without the tokens themselves."""
    with reading() as session:
        rows = [
            (row.id, row.name, row.role, _moment(row.created_at), _moment(row.expires_at), _moment(row.last_used_at))
            for row in list_tokens(session, None, cursor=None, limit=MOST).items
        ]
    typer.echo(text_table(("id", "name", "role", "made", "expires", "last used"), rows))


@tokens.command()
def revoke(token_id: Annotated[str, typer.Argument(help="An id from `token list`.")]) -> None:
    """Ends a token at once, and those that it has made."""
    with audited("revoke_token", token_id) as session:
        revoke_token(session, token_id)


def _moment(value: datetime | None) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if value else "never"
