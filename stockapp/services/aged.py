"""What the cache gives, with its age."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from stockapp.domain.freshness import Freshness
from stockapp.ports import Entry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """Something of the cache with its age, or the age of the oldest that it was made from.

    `recent`: it was made so short a while ago that it need not be made anew, however old that is.
    """

    value: T
    age_seconds: float
    freshness: Freshness
    recent: bool


def read(entry: Entry | None, make: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What `make` makes of the entry; None where an older stockapp wrote it in another shape."""
    if entry is None:
        return None
    try:
        return entry.derived(make)
    except ValidationError:
        return None
