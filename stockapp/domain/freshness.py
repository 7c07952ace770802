"""How old a stored answer may be (RFC 9111 freshness, RFC 5861 stale answers)."""

from dataclasses import dataclass
from enum import StrEnum


class Freshness(StrEnum):
    """Fresh: shown as it is. Stale: shown, marked, refreshed behind. Expired: not shown."""

    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """`fresh_seconds` until stale, `keep_seconds` until expired, both counted from storing."""

    fresh_seconds: float
    keep_seconds: float

    def freshness(self, age_seconds: float) -> Freshness:
        """What an answer of that age is."""
        if age_seconds < self.fresh_seconds:
            return Freshness.FRESH
        return Freshness.STALE if age_seconds < self.keep_seconds else Freshness.EXPIRED
