"""`{"$result": …}` and `{"$results": …}` inside a payload: finding them, and putting values in their place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import AppError, Invalid

RESULT, RESULTS, PATH = "$result", "$results", "path"


class BadReference(Invalid):
    """A reference to a result is not valid."""


class NotResolved(AppError):
    """A result that a payload refers to is not there."""


class NoResult(NotResolved):
    """What is referred to did not succeed, so there is no result of it."""


@dataclass(frozen=True)
class Reference:
    """`keys` is one key, or the list in `$results`; `at` says where it stands in the payload."""

    keys: str | tuple[str, ...]
    at: str
    path: str = ""
    many: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        return (self.keys,) if isinstance(self.keys, str) else self.keys


def references_in(payload: Any, at: str = "payload") -> Iterator[Reference]:
    """Raises BadReference."""
    if isinstance(payload, list):
        for index, one in enumerate(payload):
            yield from references_in(one, f"{at}.{index}")
    elif isinstance(payload, Mapping):
        if RESULT in payload or RESULTS in payload:
            yield _reference(payload, at)
            return
        for name, one in payload.items():
            yield from references_in(one, f"{at}.{name}")


def with_values(payload: Any, value_of: Callable[[Reference], Any], at: str = "payload") -> Any:
    """The payload with each reference replaced by what `value_of` answers."""
    if isinstance(payload, list):
        return [with_values(one, value_of, f"{at}.{index}") for index, one in enumerate(payload)]
    if not isinstance(payload, Mapping):
        return payload
    if RESULT in payload or RESULTS in payload:
        return value_of(_reference(payload, at))
    return {name: with_values(one, value_of, f"{at}.{name}") for name, one in payload.items()}


def _reference(found: Mapping[str, Any], at: str) -> Reference:
    if found.keys() == {RESULTS}:
        return _of_many(found[RESULTS], at)
    if RESULT not in found or not found.keys() <= {RESULT, PATH}:
        raise BadReference(f"{at}: beside {RESULT!r} there may be {PATH!r}, beside {RESULTS!r} nothing.")
    key, path = found[RESULT], found.get(PATH, "")
    if not isinstance(key, str) or not isinstance(path, str):
        raise BadReference(f"{at}: {RESULT!r} and {PATH!r} are texts.")
    return Reference(key, at, path)


def _of_many(keys: Any, at: str) -> Reference:
    if isinstance(keys, str):
        return Reference(keys, at, many=True)
    if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
        return Reference(tuple(keys), at, many=True)
    raise BadReference(f"{at}: {RESULTS!r} is the key of a group, or a list of keys.")


def value_at(value: Any, reference: Reference) -> Any:
    """What stands at the reference's path inside a result. Raises NotResolved."""
    for step in reference.path.split(".") if reference.path else ():
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError):
            key, where = reference.keys, reference.path
            raise NotResolved(f"{reference.at}: the result of {key!r} has no {where!r} ({step!r}).") from None
    return value
