"""How large a payload may be as it is stored, and by what it is known again."""

import hashlib
from typing import Any

import orjson

from core.contracts import InvalidPayload, Payload
from core.errors import Invalid
from core.text import NotStorable, storable_json

PAYLOAD_LIMIT = 256 * 1024  # bytes of JSON in the row; larger things are rows that the payload refers to
# Results that were put into a payload are in rows anyway, so it may be as large as one of them: ten thousand outcomes
# for the body of a chord are a megabyte or two. So may what runs again with such a payload.
RESOLVED_LIMIT = 16 * 1024 * 1024


class PayloadTooLarge(Invalid):
    """The payload is larger than 256 KiB, or than 16 MiB with results in it."""

    status = 413


def checked_size(stored: dict[str, Any], limit: int = PAYLOAD_LIMIT) -> dict[str, Any]:
    """Raises PayloadTooLarge, InvalidPayload."""
    check_size(as_json(stored), limit)
    return stored


def check_size(text: bytes, limit: int) -> None:
    """Raises PayloadTooLarge."""
    if (size := len(text)) > limit:
        raise PayloadTooLarge(f"The payload is {size:,} bytes of JSON; at most {limit:,} are taken.")


def as_json(stored: dict[str, Any]) -> bytes:
    """Raises InvalidPayload for what no database could store."""
    try:
        return storable_json(stored)
    except NotStorable as error:
        raise InvalidPayload(f"The payload cannot be stored: {error}") from None


def size_of(stored: Any) -> int:
    """In bytes of JSON, of a payload that was taken before."""
    return len(orjson.dumps(stored))


def payload_hash(payload: Payload) -> str:
    return payload_hash_of(payload.model_dump(mode="json"))


def payload_hash_of(stored: dict[str, Any]) -> str:
    """Raises InvalidPayload."""
    return hash_of(as_json(stored))


def hash_of(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
