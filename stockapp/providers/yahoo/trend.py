"""Yahoo's v8 spark of a month: daily closes of up to 20 symbols, without crumb and currency."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from stockapp.domain.attempt import Failure
from stockapp.domain.instrument import InstrumentKind, instrument
from stockapp.domain.trend import NoTrend, Trend
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import lacking
from stockapp.providers.trends import ParsedTrends, Trender
from stockapp.providers.yahoo import shared, spark

NAME = "trend"
# Elsewhere an exchange's day lies within that of UTC.
_ZONES = {"AX": ZoneInfo("Australia/Sydney"), "NZ": ZoneInfo("Pacific/Auckland")}
_OF_PAIRS = ZoneInfo("Europe/London")


class YahooTrends(Trender):
    """All that Yahoo has prices of."""

    name = shared.SOURCE
    title = shared.SERVICE
    method = NAME
    batch_size = spark.BATCH_SIZE

    def request(self, symbols: Sequence[str]) -> Request:
        """The request for these symbols."""
        return spark.request_of(symbols, span="1mo", interval="1d")

    def parse(self, symbols: Sequence[str], answer: Answer) -> ParsedTrends:
        """A trend or a failure for each symbol; what Yahoo does not know is simply absent."""
        try:
            found = spark.parts(symbols, answer)
        except fields.BadAnswer as error:
            return dict.fromkeys(symbols, error.failure)
        return {symbol: _outcome(symbol, found.get(symbol.upper()), answer) for symbol in symbols}


def _outcome(symbol: str, part: Any, answer: Answer) -> Trend | Failure:
    if not isinstance(part, dict):
        return lacking(shared.SERVICE, symbol, "closes of the last month")
    told = fields.text(part, "symbol") or "no symbol"
    if told.upper() != symbol.upper():
        return fields.other_symbol(shared.SERVICE, symbol, told)
    try:
        return Trend.of(
            symbol,
            _closes(part, _zone(symbol)),
            currency=None,
            source=shared.SOURCE,
            method=NAME,
            fetched_at=answer.received_at,
        )
    except NoTrend:
        return lacking(shared.SERVICE, symbol, "closes of the last month")


def _closes(part: fields.Row, zone: tzinfo) -> dict[date, float]:
    """By day. Holidays leave nulls; the day that is not over may come twice, the last as of now."""
    times, closes = part.get("timestamp"), part.get("close")
    if not isinstance(times, list) or not isinstance(closes, list) or len(times) != len(closes):
        return {}
    found: dict[date, float] = {}
    for time, close in zip(times, closes, strict=True):
        at, price = fields.instant(time), fields.positive(close)
        if at is not None and price is not None:
            found[_day(at, zone)] = price
    return found


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _zone(symbol: str) -> tzinfo:
    """Where the day of its bars is told, by the notation: the answer does not say."""
    found = instrument(symbol)
    if found is None:
        return UTC
    return (
        _OF_PAIRS if found.kind is InstrumentKind.CURRENCY_PAIR else _ZONES.get(found.suffix, UTC)
    )
