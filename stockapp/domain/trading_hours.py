"""When a market is open, as instants: time zones, holidays, half days and breaks are in them."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from stockapp.domain import moment


class SessionState(StrEnum):
    """Whether one can trade now. `unknown`: nobody can say, or not yet."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Session:
    """The state of a market at an instant.

    `closed_at`: when it closed last, where it is closed; None: nobody can say. `awaited`: the hours
    are being looked up.
    """

    state: SessionState
    closed_at: datetime | None = None
    awaited: bool = False


UNKNOWN = Session(SessionState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class TradingHours:
    """`spans`: from opening to closing, in order and not touching; a break parts two of them.

    They are all there are between `known_from` and `known_until`.
    """

    spans: Sequence[tuple[datetime, datetime]]
    known_from: datetime
    known_until: datetime

    def session(self, now: datetime) -> Session:
        """The state at that instant."""
        if not self.known_from <= now < self.known_until:
            return UNKNOWN
        begun = bisect_right(self.spans, now, key=lambda span: span[0])
        closes = self.spans[begun - 1][1] if begun else None
        if closes is not None and now < closes:
            return Session(SessionState.OPEN)
        return Session(SessionState.CLOSED, closes)

    def to_json(self) -> dict[str, Any]:
        """The hours as the cache keeps them."""
        return {
            "spans": [[moment.to_text(start), moment.to_text(end)] for start, end in self.spans],
            "known_from": moment.to_text(self.known_from),
            "known_until": moment.to_text(self.known_until),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TradingHours":
        """The hours that `to_json` wrote."""
        return cls(
            tuple((moment.from_text(start), moment.from_text(end)) for start, end in data["spans"]),
            moment.from_text(data["known_from"]),
            moment.from_text(data["known_until"]),
        )
