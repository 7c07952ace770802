"""What the cache gives, with its age."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from stockapp.domain.freshness import Freshness
from stockapp.ports import Entry

T = TypeVar("T")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """Something of the cache with its age, or the age of the oldest that it was made from.

    `fresh_until` is when it turns stale, or turned. `recent`: it was made so short a while ago that
    it need not be made anew, however old that is.
    """

    value: T
    age_seconds: float
    freshness: Freshness
    fresh_until: datetime
    recent: bool


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """What writes and reads values of that kind; built when first needed, as that takes long."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def read(entry: Entry | None, make: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What `make` makes of the entry; None where an older stockapp wrote it in another shape."""
    if entry is None:
        return None
    try:
        return entry.derived(make)
    except ValidationError:
        return None
