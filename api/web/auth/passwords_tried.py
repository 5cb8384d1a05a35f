"""A password that somebody typed: guessing is slow, and only two at a time are computed."""

from asyncio import sleep

from anyio.to_thread import run_sync
from fastapi import Request

from core.db import reading
from core.errors import Forbidden, Unauthenticated
from core.settings import get_settings
from web.auth.models import User
from web.auth.passwords import HASHING, verify_password
from web.auth.throttle import Throttle
from web.auth.users import find_user, normal


class WrongCredentials(Unauthenticated):
    """Name or password is wrong."""


class NoPasswordsHere(Forbidden):
    """Passwords do not count here: people sign in another way, see GET /api/auth/mode."""


def require_passwords() -> None:
    """Raises NoPasswordsHere."""
    if get_settings().auth_mode != "basic":
        raise NoPasswordsHere


async def user_with_password(request: Request, name: str, password: str) -> User:
    """Raises WrongCredentials, after the same time for an unknown user as for a wrong password; TooManyAttempts."""
    throttle: Throttle = request.app.state.throttle
    name, address = normal(name), request.client.host if request.client else ""
    await sleep(throttle.attempt(name, address))
    user = await run_sync(_check, name, password, limiter=HASHING)
    throttle.succeeded(name, address)
    return user


def _check(name: str, password: str) -> User:
    with reading() as session:
        user = find_user(session, name)
    if not verify_password(password, user.password_hash if user else None) or user is None:
        raise WrongCredentials
    return user
