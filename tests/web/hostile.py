"""Values of any view's type whose every text is an attack."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from stockapp.web.errors import Problem

# Out of text, out of an attribute of either quotes, out of what a script or a style would hold.
ATTACK = (
    "</script></style></textarea></title>--><x-evil>\"'><x-evil onload=alert(1)>"
    "<img src=x onerror=alert(1)>${7*7}{{7*7}}{% raw %}"
)


def hostile(kind: Any) -> Any:
    """A value of that type: texts attack, lists have an entry, what may be there is."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return hostile(next(one for one in inner if one is not NoneType))
    if origin in (tuple, list):
        parts = [part for part in inner if part is not Ellipsis]
        return origin(hostile(part) for part in parts)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        # Keys are ours, and stand in names of attributes.
        return {"key": hostile(inner[1])}
    return _plain(kind)


def _plain(kind: Any) -> Any:
    if kind is str or kind is Any:
        return ATTACK
    if kind is Problem:
        return Problem(404, "unknown_stock", ATTACK)
    if kind in (bool, int, float):
        return kind(1)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    return kind(**{field.name: hostile(hints[field.name]) for field in fields(kind)})  # type: ignore[operator]
