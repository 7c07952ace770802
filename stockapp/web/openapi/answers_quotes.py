"""What the calls about quotes answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from stockapp.domain.analysis import Verdict
from stockapp.domain.attempt import Attempt
from stockapp.domain.freshness import Freshness
from stockapp.domain.quote import Quote
from stockapp.domain.task import ItemState
from stockapp.domain.watchlist import WatchlistItem
from stockapp.web.openapi.answers_base import Answer, FetchFailure, LastFetch, absent


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedQuote(Quote):
    """A quote from the cache. Its age counts from `fetched_at`.

    Prices are in `currency`, which may be a minor unit such as GBp, or null when nobody said.
    `change_percent` is in percent. With `end_of_day` the price is the close of the day in `as_of`;
    with `rolling_24h` the change is that of 24 hours. `currency_assumed`: it was known of the
    symbol, not told with this price. `disagreeing`: what other sources said of the same time.
    `market_cap` is in whole units of the major currency.
    """

    age_seconds: float
    freshness: Freshness


class PriceGot(Answer):
    """A symbol whose price is known."""

    success: Literal[True]
    quote: CachedQuote
    attempts: list[Attempt]


class PriceFailed(Answer):
    """A symbol for which every source failed; an older quote stands where there is one."""

    success: Literal[False]
    error: FetchFailure | None
    attempts: list[Attempt]
    quote: CachedQuote = absent("The last quote there was, now stale.")


class PriceSummary(Answer):
    """How many symbols came out how."""

    ok: int
    stale: int
    failed: int


class Prices(Answer):
    """The result of a refresh, by symbol."""

    live_prices: dict[str, PriceGot | PriceFailed]
    summary: PriceSummary


class FreshPrices(Prices):
    """All were fresh: no source was asked, and there is no task."""

    cached: Literal[True]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow(WatchlistItem):
    """An item with all that the cache holds of it.

    `state` while a task works on its price. `trend`: closes of about the last month, oldest first.
    """

    quote: CachedQuote | None
    state: ItemState | None
    last_fetch: LastFetch | None
    analysis: "AnalysisLine | None"
    trend: list[float] | None
    trend_age_seconds: float | None


class Verdicts(Answer):
    """What the last analysis of a symbol came to. `margin` of safety is a fraction."""

    made_at: datetime
    data_at: datetime = Field(description="When the oldest of its data was fetched.")
    verdict: Verdict
    fair_value: float | None
    price: float | None
    currency: str | None
    margin: float | None
    reason: str


class AnalysisLine(Verdicts):
    """The same with its age."""

    age_seconds: float
    freshness: Freshness
