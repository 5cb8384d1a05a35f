"""Random credentials, and what is stored in their place."""

import hashlib
import secrets

TOKEN_PREFIX = "slip_"  # so that a leaked token is recognised by people, logs and scanners


def new_session_token() -> str:
    return secrets.token_urlsafe(32)


def new_api_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Plain SHA-256 is enough here: 256 random bits cannot be guessed, unlike a password."""
    return hashlib.sha256(token.encode()).hexdigest()
