"""Every expected failure is a class with a status and a sentence.

AppError
├── Invalid (422)        ├── NotFound (404)      ├── Conflict (409)
├── Unauthenticated (401)├── Forbidden (403)     └── Unavailable (503)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field of a request."""

    field: str
    message: str


class AppError(Exception):
    """Something went wrong."""

    status = 500

    def __init__(self, message: str | None = None, *, fields: Sequence[FieldError] = ()) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.fields = tuple(fields)
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return type(self).__name__


class Invalid(AppError):
    """The request is not valid."""

    status = 422


class NotFound(AppError):
    """There is no such thing."""

    status = 404


class Conflict(AppError):
    """That conflicts with what is already there."""

    status = 409


class Unauthenticated(AppError):
    """Sign in, or send an API token as `Authorization: Bearer …`."""

    status = 401


class Forbidden(AppError):
    """Your role does not allow this."""

    status = 403


class Unavailable(AppError):
    """The database does not answer at the moment. Nothing was changed: try again shortly."""

    status = 503


def closest(name: str, known: Sequence[str]) -> str:
    """The end of a "there is no …" sentence: the nearest known names."""
    near = get_close_matches(name, known, n=3, cutoff=0.4)
    if near:
        return f"Did you mean {' or '.join(repr(one) for one in near)}?"
    return f"Known are: {', '.join(sorted(known)) or 'none yet'}."
