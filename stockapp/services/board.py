"""What a watchlist page shows, read from the stores and the cache only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.attempt import Attempt, Failure, Outcome, Reason
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import Quote
from stockapp.domain.task import ItemState, Task
from stockapp.domain.trend import Trend
from stockapp.domain.watchlist import WatchlistItem
from stockapp.services.aged import Aged
from stockapp.services.verdicts import Line

# A symbol that just failed is not asked for again by everybody who looks at it.
_REST_AFTER = 15.0
_REST_AFTER_UNKNOWN = 300.0


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A cached quote as of one reading: its age since it was fetched, and what that makes it.

    `fresh_until` is when it turns stale, or turned. `told` is the quote's JSON shape, where it is
    made already.
    """

    quote: Quote
    age_seconds: float
    freshness: Freshness
    fresh_until: datetime
    told: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def is_fresh(self) -> bool:
        """Whether no source need be asked for it."""
        return self.freshness is Freshness.FRESH

    def is_younger_than(self, seconds: float) -> bool:
        """Whether it is fresh, and fetched less than that long ago."""
        return self.is_fresh and self.age_seconds < seconds

    def to_json(self) -> dict[str, Any]:
        """The quote as the JSON interface shows it."""
        return {
            **(self.told or self.quote.to_json()),
            "age_seconds": round(self.age_seconds, 1),
            "freshness": self.freshness.value,
        }


@dataclass(frozen=True, slots=True)
class SymbolReport:
    """How the last fetch of a symbol went: all attempts, and the failure if none gave a price."""

    at: datetime
    error: Failure | None
    attempts: tuple[Attempt, ...]

    def rest_seconds(self, now: datetime) -> float:
        """For how much longer to ask no source again unless a person says so; 0 or less: ask."""
        if self.error is None:
            return 0.0
        unknown = self.error.reason is Reason.NOT_FOUND
        rest = _REST_AFTER_UNKNOWN if unknown else _REST_AFTER
        return rest - (now - self.at).total_seconds()

    def to_json(self) -> dict[str, Any]:
        """The report as the cache keeps it."""
        return {
            "at": moment.to_text(self.at),
            "error": failure_to_json(self.error),
            "attempts": [attempt.to_json() for attempt in self.attempts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SymbolReport":
        """The report that `to_json` wrote."""
        error = data["error"]
        return cls(
            at=moment.from_text(data["at"]),
            error=Failure(Reason(error["code"]), error["detail"], error["retry_after_seconds"])
            if error
            else None,
            attempts=tuple(Attempt.from_json(entry) for entry in data["attempts"]),
        )


def failure_to_json(failure: Failure | None) -> dict[str, Any] | None:
    """A failure as the JSON interface shows it."""
    if failure is None:
        return None
    return {
        "code": failure.reason.value,
        "detail": failure.detail,
        "retry_after_seconds": failure.retry_after_seconds,
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a watchlist.

    `state` is queued or running while a refresh works on the symbol, else None. `report` tells of
    the last fetch; where its `error` is set and a quote is there, that quote is an older one.
    `line` is what the last analysis came to, `trend` how the price went in the last month.
    """

    item: WatchlistItem
    quote: QuoteView | None
    state: ItemState | None
    report: SymbolReport | None
    line: Aged[Line] | None = None
    trend: Aged[Trend] | None = None

    def is_due(self, now: datetime, fresh_seconds: float) -> bool:
        """Whether looking at it should refresh it: it is older than that, or not fresh at all,
        and nothing speaks against.
        """
        quote = self.quote
        if self.state or (quote and quote.is_younger_than(fresh_seconds)):
            return False
        return self.report is None or self.report.rest_seconds(now) <= 0


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a method of a source last answered any worker; `outcome` ok or failed."""

    source: str
    method: str
    at: datetime
    outcome: Outcome
    reason: Reason | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """A whole watchlist page, consistent as of the event with id `event_id`.

    `refresh` is the running refresh of this list, or the last one if it ended a moment ago;
    `analysis` likewise.
    """

    watchlist: str
    rows: Sequence[Row]
    refresh: Task | None
    analysis: Task | None
    sources: Sequence[SourceStatus]
    event_id: int
