"""What web and Flower share without storing it: both derive it from the same key."""

import hashlib
import hmac

from core.secrets import secret_key

OUR_USER = "slipway"


def derived(purpose: str) -> str:
    """64 hexadecimal digits."""
    return hmac.new(secret_key().encode(), f"flower {purpose}".encode(), hashlib.sha256).hexdigest()


def our_credential() -> str:
    """`user:password`, with which our own proxy enters."""
    return f"{OUR_USER}:{derived('password')}"
