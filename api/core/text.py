"""Text that every database stores: PostgreSQL knows no NUL, UTF-8 no half of a surrogate pair, JSON no NaN."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, Field

REPLACEMENT = "?"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it; an even number of backslashes before it is text
# Levels. What is stored is written again inside other JSON: among rows that are made together, in a webhook's body. So
# ten fewer are taken than orjson writes.
DEEPEST = 244
TOO_DEEP = f"lists and objects are nested in it more than {DEEPEST} deep."


class NotStorable(ValueError):
    """The value is not JSON, or holds text that no database stores."""


class NoNumber(NotStorable):
    """It holds NaN or an infinity."""


def storable_json(value: Any) -> bytes:
    """The value as JSON with sorted keys. Raises NotStorable, which says what is wrong with it, and NoNumber."""
    try:
        text = orjson.dumps([[[[[[[[[[value]]]]]]]]]], option=orjson.OPT_SORT_KEYS)[10:-10]
    except orjson.JSONEncodeError as error:
        raise NotStorable(TOO_DEEP if "Recursion" in str(error) else f"{error}.") from None
    if b"\\u0000" in text and NUL.search(text):
        raise NotStorable("it holds a NUL character.")
    if b"null" in text:  # as orjson writes NaN
        for place in no_numbers(value):
            raise NoNumber(f"{place or 'it'} is NaN or infinite, and JSON knows no such number.")
    return text


def no_numbers(value: Any, at: str = "") -> Iterator[str]:
    """Where in the value NaN or an infinity stands, which JSON does not know: "scores.0"."""
    if isinstance(value, float):
        if not math.isfinite(value):
            yield at
    elif isinstance(value := _opened(value), Mapping):
        for name, one in value.items():
            yield from no_numbers(one, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from no_numbers(one, f"{at}.{index}" if at else str(index))


def with_texts_for_no_numbers(value: Any) -> Any:
    """The value with a text in place of what JSON does not know."""
    if isinstance(value := _opened(value), Mapping):
        return {name: with_texts_for_no_numbers(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [with_texts_for_no_numbers(one) for one in value]
    return finite_or_text(value) if isinstance(value, float) else value


def _opened(value: Any) -> Any:
    """A dataclass as what it becomes in JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return value


def finite_or_text(number: float) -> float | str:
    """What JSON does not know as a text that Python's float() reads again: "NaN", "Infinity", "-Infinity"."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


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
