"""Text that every database stores: PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair."""

from typing import Any

REPLACEMENT = "?"


def storable(value: Any) -> bool:
    """Whether all text inside a JSON-like value can be stored."""
    if isinstance(value, str):
        return clean(value) == value
    if isinstance(value, dict):
        return all(storable(key) and storable(one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return all(storable(one) for one in value)
    return True


def clean(text: str) -> str:
    """The text with what cannot be stored replaced."""
    return text.encode(errors="replace").decode().replace("\x00", REPLACEMENT)
