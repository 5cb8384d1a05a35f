"""Text that every database stores: PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair."""

import re
from typing import Any

import orjson

REPLACEMENT = "?"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it; an even number of backslashes before it is text


class NotStorable(ValueError):
    """The value is not JSON, or holds text that no database stores."""


def storable_json(value: Any) -> bytes:
    """The value as JSON with sorted keys. Raises NotStorable, which says what is wrong with it."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise NotStorable(f"{error}.") from None
    if NUL.search(text):
        raise NotStorable("it holds a NUL character.")
    return text


def clean(text: str) -> str:
    """The text with what cannot be stored replaced."""
    return text.encode(errors="replace").decode().replace("\x00", REPLACEMENT)
