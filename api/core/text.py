"""Text that every database stores: PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair."""

import re
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field

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


def _printable(text: str) -> str:
    """PostgreSQL cannot store NUL in text, and nobody can read one."""
    if "\x00" in text:
        raise ValueError("must not contain the character NUL")
    return text


# A name as clients may send it.
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]


def clean(text: str) -> str:
    """The text with what cannot be stored replaced."""
    return text.encode(errors="replace").decode().replace("\x00", REPLACEMENT)
