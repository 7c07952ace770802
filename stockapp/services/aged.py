"""Something of the cache with its age."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from stockapp.domain.freshness import Freshness

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """Something of the cache with its age."""

    value: T
    age_seconds: float
    freshness: Freshness
