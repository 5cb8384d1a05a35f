"""Fields of a payload or a result that only those who may act are shown; they are never written to a log.

`password: Annotated[str, Secret()]` marks a field. The mark is in the model's JSON Schema (`x-secret`), so clients can
see it too, and what is hidden is found by walking a value along that schema.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from core.log import HIDDEN

MARK = "x-secret"
BRANCHES = ("anyOf", "oneOf", "allOf")
DEFINITIONS = "#/$defs/"

Schema = Mapping[str, Any]
Model = type[BaseModel]


@dataclass(frozen=True)
class Secret:
    """For `Annotated`: the field's value is a secret, whatever is inside it."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(core_schema), MARK: True}


@lru_cache(maxsize=1000)
def _schema(model: Model) -> Schema:
    return model.model_json_schema()


@lru_cache(maxsize=1000)
def has_secrets(model: Model) -> bool:
    return f'"{MARK}":true'.encode() in orjson.dumps(_schema(model))


@dataclass
class Hidden:
    """What is left of a value, and what was taken out of it: where (`payload.accounts.0.password`), and the values."""

    value: Any
    paths: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


def hide(model: Model, value: Any, name: str) -> Hidden:
    """The value without its secrets. What the model does not know is hidden as well: nobody can tell what it is."""
    if not has_secrets(model) or value is None:
        return Hidden(value)
    hidden = Hidden(None)
    hidden.value = _Walk(_schema(model), hidden).shown(value, [_schema(model)], name)
    return hidden


def hide_all(value: Any, name: str) -> Hidden:
    """Of a task that this code does not know, nobody can tell what is secret."""
    return Hidden(value) if value is None else Hidden(HIDDEN, [name], [value])


def texts_of(values: list[Any]) -> Iterator[str]:
    """Every text and number inside the values, as a log or an error might quote it."""
    for value in values:
        if isinstance(value, Mapping):
            yield from texts_of(list(value.values()))
        elif isinstance(value, list):
            yield from texts_of(value)
        elif isinstance(value, str):
            yield from {value, *value.splitlines(), repr(value)[1:-1], orjson.dumps(value)[1:-1].decode()}
        elif value is not None and not isinstance(value, bool):
            yield str(value)


@dataclass(frozen=True)
class _Walk:
    root: Schema
    hidden: Hidden

    def shown(self, value: Any, schemas: list[Schema], path: str) -> Any:
        flat = [one for schema in schemas for one in self._branches(schema)]
        if value is None:
            return None
        if any(one.get(MARK) or (isinstance(value, str) and _in_text(one)) for one in flat):
            return self._hide(value, path)
        if isinstance(value, Mapping):
            return self._members(value, flat, path)
        if isinstance(value, list):
            return self._items(value, flat, path)
        return value

    def _branches(self, schema: Schema) -> Iterator[Schema]:
        """The schema itself and all that it may mean: references followed, alternatives side by side."""
        yield schema
        if reference := schema.get("$ref"):
            yield from self._branches(self.root["$defs"][reference.removeprefix(DEFINITIONS)])
        for one in [*(one for word in BRANCHES for one in schema.get(word, ())), *_in_text(schema)]:
            yield from self._branches(one)

    def _members(self, value: Mapping[str, Any], schemas: list[Schema], path: str) -> dict[str, Any]:
        closed = any("properties" in one for one in schemas)

        def member(name: str, one: Any) -> Any:
            fitting = [schema for schema in schemas for schema in _of_member(schema, name)]
            here = f"{path}.{name}"
            return self._hide(one, here) if closed and not fitting else self.shown(one, fitting, here)

        return {name: member(name, one) for name, one in value.items()}

    def _items(self, value: list[Any], schemas: list[Schema], path: str) -> list[Any]:
        def fitting(index: int) -> list[Schema]:
            return [schema for schema in schemas for schema in _of_item(schema, index)]

        return [self.shown(one, fitting(index), f"{path}.{index}") for index, one in enumerate(value)]

    def _hide(self, value: Any, path: str) -> Any:
        if value is None:
            return None
        self.hidden.paths.append(path)
        self.hidden.values.append(value)
        return HIDDEN


def _in_text(schema: Schema) -> list[Schema]:
    """Of JSON inside a text (`Json[…]`): stored parsed, or as the text, into which nobody looks."""
    return [schema["contentSchema"]] if "contentSchema" in schema else []


def _of_member(schema: Schema, name: str) -> list[Schema]:
    """All patterns are taken to fit: better hidden once too often."""
    if name in schema.get("properties", {}):
        return [schema["properties"][name]]
    more = schema.get("additionalProperties")
    rest = [more] if isinstance(more, Mapping) else [{}] if more is True else []
    return [*schema.get("patternProperties", {}).values(), *rest]


def _of_item(schema: Schema, index: int) -> list[Schema]:
    places = schema.get("prefixItems", [])
    if index < len(places):
        return [places[index]]
    more = schema.get("items")
    return [more] if isinstance(more, Mapping) else []
