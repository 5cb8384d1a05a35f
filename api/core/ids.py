"""Identifiers that sort by the time they were made."""

from uuid_utils import uuid7


def new_id() -> str:
    """A UUIDv7 as text (36 characters): RFC 9562, so ids of later rows compare greater."""
    return str(uuid7())
