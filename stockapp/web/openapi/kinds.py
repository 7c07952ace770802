"""Schemas in a few words, with links to the models that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from stockapp.web.openapi.schema import REFERENCE, Schema

_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true/false"}
_FORMATS = {"date-time": "time", "date": "day"}
_LIMITS = {
    "minimum": "from {}",
    "exclusiveMinimum": "above {}",
    "maximum": "to {}",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "default": "by default {}",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words; those of a model's name link to it."""

    text: str
    model: str = ""


def pieces(schema: Schema) -> tuple[Piece, ...]:
    """The schema in words."""
    return tuple(_pieces(schema))


def _pieces(schema: Schema) -> Iterator[Piece]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        yield Piece(name, name)
    elif "allOf" in schema:
        yield from _pieces(schema["allOf"][0])
    elif "anyOf" in schema and "properties" not in schema:
        yield from _between((_pieces(one) for one in schema["anyOf"]), " or ")
    elif "const" in schema:
        yield Piece(_literal(schema["const"]))
    elif "enum" in schema:
        yield Piece(" | ".join(_literal(one) for one in schema["enum"]))
    elif schema.get("type") == "array":
        yield Piece("list of ")
        yield from _pieces(schema.get("items", {}))
    elif schema.get("type") == "object":
        yield from _table(schema)
    else:
        yield Piece(_plain(schema))


def _table(schema: Schema) -> Iterator[Piece]:
    inside = schema.get("additionalProperties")
    if "properties" in schema:
        yield Piece("{" + ", ".join(schema["properties"]) + "}")
    elif isinstance(inside, dict):
        yield Piece("by name: ")
        yield from _pieces(inside)
    else:
        yield Piece("object")


def _plain(schema: Schema) -> str:
    kind = schema.get("type", "")
    word = _FORMATS.get(schema.get("format", ""), _WORDS.get(kind, kind or "anything"))
    limits = [
        words.format(_literal(schema[name])) for name, words in _LIMITS.items() if name in schema
    ]
    return f"{word}, {' '.join(limits)}" if limits else word


def _literal(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _between(parts: Iterable[Iterable[Piece]], word: str) -> Iterator[Piece]:
    for number, part in enumerate(parts):
        if number:
            yield Piece(word)
        yield from part


def text_of(told: Iterable[Piece]) -> str:
    """The words alone."""
    return "".join(piece.text for piece in told)
