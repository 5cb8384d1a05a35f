"""Passwords: argon2, and the same time spent whether a user exists or not."""

import secrets
from functools import lru_cache
from typing import NewType

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pwdlib import PasswordHash

from core.errors import FieldError, Invalid
from core.settings import KNOWN_PASSWORDS

SHORTEST, LONGEST = 10, 200  # characters; the upper bound keeps hashing cheap
HASHES_AT_ONCE = 2  # each takes 64 MiB and a core for 100 ms
HASHING = CapacityLimiter(HASHES_AT_ONCE)

# What is stored. Whoever writes users wants this and no password: no transaction is open while it is computed, since
# SQLite's one writer would keep everybody waiting.
Hashed = NewType("Hashed", str)


class UnfitPassword(Invalid):
    """A password has 10 to 200 characters and is not a well-known one."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def new_password() -> str:
    return secrets.token_urlsafe(15)


def hash_password(password: str) -> Hashed:
    """Takes about 100 ms and 64 MiB. Raises UnfitPassword."""
    if not SHORTEST <= len(password) <= LONGEST or password.lower() in KNOWN_PASSWORDS:
        sentence = UnfitPassword.__doc__ or ""
        raise UnfitPassword(fields=[FieldError(field="password", message=sentence)])
    return Hashed(_hasher().hash(password))


async def hash_in_turn(password: str) -> Hashed:
    """For requests: beside the event loop, few at a time. Raises UnfitPassword."""
    return await run_sync(hash_password, password, limiter=HASHING)


def verify_password(password: str, stored: str | None) -> bool:
    """`stored` is None for an unknown user, and empty for one who has no password: a hash is computed all the same,
    so that the time tells nothing."""
    nobody = _nobodys_hash()
    if len(password) > LONGEST:
        return False
    fits = _hasher().verify(password, stored or nobody)
    return fits and bool(stored)
