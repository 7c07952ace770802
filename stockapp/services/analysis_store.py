"""Analyses as the cache keeps them: whole ones by symbol and choices, and a line for each list."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson

from stockapp.analysis.charted import charted
from stockapp.domain.analysis import PriceFigures, Verdict
from stockapp.domain.bars import Bars
from stockapp.domain.choices import Choices
from stockapp.domain.company import Company
from stockapp.domain.event import Event, EventType
from stockapp.domain.freshness import Freshness, Lifetime
from stockapp.domain.indicators import Indicators
from stockapp.domain.report import PricePoint, Report
from stockapp.ports import Entry, ResponseCache
from stockapp.services.aged import Aged, adapter, read
from stockapp.services.stages import Origin
from stockapp.services.verdicts import Line

# What lacks something for a passing reason may be made anew after so long.
_REST_SECONDS = 60.0

PREFIX = "analysis"
_LINE, _CHART = "verdict:", "chart:"
# The length of a bar of those charts that are made with an analysis.
DAILY = "1d"


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is told of a symbol: money in `report.currency`, but for `price`.

    `basis` names the profile, statements and history that it was made from; `data_at` is when the
    oldest of its data was fetched. `incomplete`: what lacks, or is old, may be had a while later.
    """

    symbol: str
    made_at: datetime
    data_at: datetime
    incomplete: bool
    basis: str
    choices: Choices
    company: Company | None
    price: PricePoint | None
    report: Report
    figures: PriceFigures | None
    origins: tuple[Origin, ...]

    def to_json(self) -> dict[str, Any]:
        """The analysis as the JSON interface shows it."""
        told: dict[str, Any] = adapter(Analysis).dump_python(self, mode="json")
        return told


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures and indicators of the bars that were fetched at `history_at`, held against those of
    the benchmark that were fetched at `benchmark_at`.
    """

    history_at: datetime
    benchmark_at: datetime | None
    figures: PriceFigures
    indicators: Indicators


M = TypeVar("M", Analysis, Line)


class AnalysisStore:
    """Reads never wait for anybody. What was made by other `rules` than these is not found."""

    def __init__(self, cache: ResponseCache, lifetime: Lifetime, rules: str) -> None:
        self._cache = cache
        self._lifetime = lifetime
        self._rules = hashlib.sha256(rules.encode()).hexdigest()[:8]

    def get(self, symbol: str, choices: Choices) -> Aged[Analysis] | None:
        """The last analysis of the symbol by these choices."""
        key = self._key(symbol, choices)
        entry = self._cache.get_many([key]).get(key)
        return self._aged(entry, read(entry, _analysis))

    def freshness(self, age_seconds: float) -> Freshness:
        """What data of that age is."""
        return self._lifetime.freshness(age_seconds)

    def fresh_until(self, data_at: datetime) -> datetime:
        """When data of that time turns stale."""
        return data_at + timedelta(seconds=self._lifetime.fresh_seconds)

    def put(self, analysis: Analysis) -> None:
        """Keep it; as the symbol's line, too, where nothing was chosen."""
        key = self._key(analysis.symbol, analysis.choices)
        values: dict[str, Mapping[str, Any]] = {key: analysis.to_json()}
        if analysis.choices == Choices():
            line = adapter(Line).dump_python(line_of(analysis), mode="json")
            values[self._line_key(analysis.symbol)] = line
        self._cache.put_many(values, self._lifetime)

    def lines(self, symbols: Sequence[str]) -> dict[str, Aged[Line]]:
        """The lines of those symbols that were analysed."""
        by_key = {self._line_key(symbol): symbol for symbol in symbols}
        entries = self._cache.get_many(list(by_key))
        lines = {
            by_key[key]: self._aged(entry, read(entry, _line)) for key, entry in entries.items()
        }
        return {symbol: line for symbol, line in lines.items() if line}

    def chart(self, symbol: str, interval: str) -> Chart | None:
        """What was computed of the symbol's history, in bars of that length."""
        key = f"{_CHART}{interval}:{symbol}"
        return read(self._cache.get_many([key]).get(key), chart_from_json)

    def put_chart(self, symbol: str, interval: str, told: Mapping[str, Any]) -> Chart:
        """Keep what `chart_as_json` made, and give it."""
        self._cache.put_many({f"{_CHART}{interval}:{symbol}": told}, self._lifetime)
        return chart_from_json(told)

    def on_event(self, event: Event) -> None:
        """Read anew what another worker may have stored."""
        if event.type is EventType.ITEM and (symbol := event.data.get("analysed")):
            own = [self._line_key(symbol), self._key(symbol, Choices())]
            self._cache.forget([*own, f"{_CHART}{DAILY}:{symbol}"])

    def _aged(self, entry: Entry | None, value: M | None) -> Aged[M] | None:
        if entry is None or value is None:
            return None
        age = entry.age_seconds + (value.made_at - value.data_at).total_seconds()
        good_for = _REST_SECONDS if value.incomplete else self._lifetime.fresh_seconds
        recent = entry.age_seconds < good_for
        freshness, fresh_until = self.freshness(age), self.fresh_until(value.data_at)
        return Aged(value, age, freshness, fresh_until, recent)

    def _line_key(self, symbol: str) -> str:
        return f"{_LINE}{symbol}:{self._rules}"

    def _key(self, symbol: str, choices: Choices) -> str:
        own = f"{PREFIX}:{symbol}:{self._rules}"
        if choices == Choices():
            return own
        told = orjson.dumps(choices_to_json(choices), option=orjson.OPT_SORT_KEYS)
        return f"{own}:{hashlib.sha256(told).hexdigest()[:16]}"


def chart_as_json(bars: Bars, benchmark: Bars | None) -> dict[str, Any]:
    """What is computed of a history, in JSON shape; for the process pool, as both take long."""
    made = charted(bars, benchmark)
    against = benchmark.fetched_at if benchmark else None
    chart = Chart(bars.fetched_at, against, made.figures, made.indicators)
    told: dict[str, Any] = adapter(Chart).dump_python(chart, mode="json")
    return told


def chart_from_json(told: Mapping[str, Any]) -> Chart:
    """The chart that `chart_as_json` wrote."""
    return adapter(Chart).validate_python(told)


def choices_to_json(choices: Choices) -> dict[str, Any]:
    """The choices as tasks keep them; what was not chosen is left out."""
    told: dict[str, Any] = adapter(Choices).dump_python(choices, mode="json", exclude_none=True)
    return told


def choices_from_json(data: Mapping[str, Any]) -> Choices:
    """The choices that `choices_to_json` wrote."""
    return adapter(Choices).validate_python(data)


def line_of(analysis: Analysis) -> Line:
    """What a list shows of it."""
    worth, report = analysis.report.valuation, analysis.report
    why = report.caveats[0].message if report.caveats else "There are no statements."
    fair = worth.fair_value if worth else None
    return Line(
        symbol=analysis.symbol,
        made_at=analysis.made_at,
        data_at=analysis.data_at,
        incomplete=analysis.incomplete,
        verdict=worth.verdict if worth else Verdict.NONE,
        currency=worth.currency if worth else report.currency,
        fair_value=fair.value if fair else None,
        price=fair.price if fair else None,
        margin=fair.margin if fair else None,
        reason=next(iter(worth.reasons), "") if worth else why,
    )


def _analysis(value: Mapping[str, Any]) -> Analysis:
    return adapter(Analysis).validate_python(value)


def _line(value: Mapping[str, Any]) -> Line:
    return adapter(Line).validate_python(value)
