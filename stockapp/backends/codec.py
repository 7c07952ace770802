"""JSON as the tables hold it."""

from collections.abc import Mapping
from typing import Any

import orjson


def encode(value: Mapping[str, Any]) -> str:
    """The value as JSON text; what is not finite becomes null. Raises TypeError."""
    return orjson.dumps(value, default=_plain).decode()


def encode_optional(value: Mapping[str, Any] | None) -> str | None:
    """The value as JSON text, or None (SQL NULL) for none."""
    return None if value is None else encode(value)


def decode(text: str) -> dict[str, Any]:
    """The object that `encode` wrote."""
    value: dict[str, Any] = orjson.loads(text)
    return value


def decode_optional(text: str | None) -> dict[str, Any] | None:
    """The object that `encode_optional` wrote."""
    return None if text is None else decode(text)


def _plain(value: object) -> dict[Any, Any]:
    # orjson knows dict only, while the domain speaks of any Mapping.
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
