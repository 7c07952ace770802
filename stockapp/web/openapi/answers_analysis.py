"""What the calls about analyses and their data answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from stockapp.domain.freshness import Freshness
from stockapp.domain.statement import StatementKind
from stockapp.services.analysis_store import Analysis
from stockapp.web.openapi.answers_base import Answer
from stockapp.web.openapi.answers_quotes import CachedQuote
from stockapp.web.openapi.answers_tasks import TaskSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnalysis(Analysis):
    """An analysis with the age of the oldest of its data."""

    age_seconds: float
    freshness: Freshness


class CachedAnalysis(Answer):
    """The last analysis. `task` renews it behind, where it is old."""

    analysis: KeptAnalysis
    cached: Literal[True]
    task: TaskSummary | None


class QuoteTold(Answer):
    """The last quote. `refresh` renews it behind, where it is stale."""

    quote: CachedQuote
    cached: Literal[True]
    refresh: TaskSummary | None


class IndicatorColumns(Answer):
    """A column for each, as long as `days`; null before there are enough bars."""

    sma_20: list[float | None]
    sma_50: list[float | None]
    sma_200: list[float | None]
    ema_12: list[float | None]
    ema_26: list[float | None]
    rsi_14: list[float | None]
    macd: list[float | None]
    macd_signal: list[float | None]
    macd_histogram: list[float | None]
    bollinger_upper: list[float | None]
    bollinger_middle: list[float | None]
    bollinger_lower: list[float | None]
    atr_14: list[float | None]


class HistoryColumns(Answer):
    """Bars in columns of one length, oldest first. `adjusted` is the close with dividends."""

    symbol: str
    currency: str | None
    source: str
    method: str
    fetched_at: datetime
    age_seconds: float
    freshness: Literal["fresh", "stale"]
    days: list[date]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    adjusted: list[float]
    indicators: IndicatorColumns


class StatementYear(Answer):
    """One year; `values` by line, those that the source told."""

    end: date
    values: dict[str, float]


class StatementTold(Answer):
    """A statement as its source told it, in its own currency."""

    kind: StatementKind
    currency: str | None
    source: str
    method: str
    fetched_at: datetime
    age_seconds: float
    freshness: Literal["fresh", "stale"]
    years: list[StatementYear]


class Statements(Answer):
    """All statements that are held of a symbol."""

    symbol: str
    statements: list[StatementTold]
