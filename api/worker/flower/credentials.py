"""`user:password` pairs. An empty one, from a trailing comma for instance, would let everybody in."""

import re
from collections.abc import Sequence

from core.flower_credential import our_credential
from core.settings import KNOWN_PASSWORDS
from worker.flower.refusal import FlowerRefused

# Flower splits at commas, and answers everybody with an error when one pair is not plain ASCII.
CREDENTIAL = re.compile(r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.~+/=-]{8,}")


def with_ours(given: Sequence[str]) -> list[str]:
    """Ours is always among them, because the panel's proxy signs in with it. Raises FlowerRefused."""
    for one in given:
        _check(one)
    return [*given, our_credential()]


def _check(credential: str) -> None:
    password = credential.partition(":")[2]
    if not CREDENTIAL.fullmatch(credential) or password.lower() in KNOWN_PASSWORDS:
        raise FlowerRefused(
            "each of FLOWER_BASIC_AUTH's user:password pairs needs a user and at least 8 plain ASCII characters of "
            "password that is not a well-known one, without spaces, and between two pairs stands one comma."
        )
