"""What a task may return: JSON that every database takes, and not too much of it."""

from typing import Any

import structlog

from core.errors import AppError
from core.text import NoNumber, NotStorable, storable_json, with_texts_for_no_numbers

log = structlog.get_logger(__name__)

RESULT_LIMIT = 16 * 1024 * 1024  # bytes of JSON; larger things are rows or files that it refers to


class ResultNotJson(AppError):
    """The task returned something that is not JSON."""


class ResultTooLarge(AppError):
    """The task's result is larger than 16 MiB."""


def checked(result: Any) -> Any:
    """What no database would ever take must fail here, before it is called a success: it would be tried for ever.

    NaN fails nothing: the work is done, and a text in its place loses nothing either.
    Raises ResultNotJson, ResultTooLarge.
    """
    try:
        size = len(storable_json(result))
    except NoNumber as found:
        log.warning(f"The task's result is kept with texts for numbers that JSON does not know: {found}")
        return checked(with_texts_for_no_numbers(result))
    except NotStorable as error:
        raise ResultNotJson(f"The task's result cannot be stored: {error}") from None
    if size > RESULT_LIMIT:
        raise ResultTooLarge(f"The task's result is {size:,} bytes of JSON; at most {RESULT_LIMIT:,} are kept.")
    return result
