"""Yahoo's v8 chart of five years: daily bars, adjusted for splits, and closes for dividends."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote as percent_encoded

from stockapp.domain.attempt import Failure
from stockapp.domain.bars import Bars, BarsOrigin
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import lacking
from stockapp.providers.yahoo import shared

NAME = "history"
_URL = "https://query1.finance.yahoo.com/v8/finance/chart/"
_PRICES = ("open", "high", "low", "close")
_WHAT = "price history"

_Row = tuple[float, ...]


def request(symbol: str) -> Request:
    """The request for one symbol."""
    query = {"range": "5y", "interval": "1d", "includeAdjustedClose": "true"}
    return Request(_URL + percent_encoded(symbol, safe=""), query)


def parse(symbol: str, answer: Answer) -> Bars | Failure:
    """The bars; days with gaps in them are left out."""
    try:
        result = shared.read(answer, "chart").get("result")
    except fields.BadAnswer as error:
        return error.failure
    first = result[0] if isinstance(result, list) and result else None
    meta = first.get("meta") if isinstance(first, dict) else None
    if not isinstance(first, dict) or not isinstance(meta, dict):
        return lacking(shared.SERVICE, symbol, _WHAT)
    told = fields.text(meta, "symbol") or "no symbol"
    if told.upper() != symbol.upper():
        return fields.other_symbol(shared.SERVICE, symbol, told)
    rows = _rows(first, fields.real(meta.get("gmtoffset")) or 0.0)
    if not rows:
        return lacking(shared.SERVICE, symbol, _WHAT)
    currency = fields.currency(meta.get("currency"))
    about = BarsOrigin(symbol, currency, shared.SOURCE, NAME, answer.received_at)
    return Bars.of(about, rows)


def _rows(first: dict[str, Any], offset: float) -> dict[date, _Row]:
    """By the exchange's day: open, high, low, close, volume, adjusted close.

    Column by column: five years are some ten thousand numbers.
    """
    indicators = first.get("indicators")
    quote = _column_set(indicators, "quote")
    stamps = first.get("timestamp")
    days = [_day(stamp, offset) for stamp in stamps] if isinstance(stamps, list) else []
    columns = [_prices(quote.get(name), len(days)) for name in _PRICES]
    volumes = _column(quote.get("volume"), len(days))
    told = _column_set(indicators, "adjclose").get("adjclose")
    adjusted = _prices(told, len(days)) if told else columns[-1]
    rows: dict[date, _Row] = {}
    for day, *prices, volume, last in zip(days, *columns, volumes, adjusted, strict=True):
        amount = fields.real(volume) or 0.0
        # The bar of the running session comes twice, the second time as of now, without volume.
        if day is None or last is None or None in prices or (day in rows and amount == 0):
            continue
        rows[day] = (*prices, amount, last)
    return rows


def _day(stamp: Any, offset: float) -> date | None:
    moment = fields.instant(stamp)
    return (moment + timedelta(seconds=offset)).date() if moment else None


def _prices(column: Any, length: int) -> list[float | None]:
    return [fields.positive(value) for value in _column(column, length)]


def _column(column: Any, length: int) -> list[Any]:
    """Exactly so long, whatever was told."""
    told = column if isinstance(column, list) else []
    return [*told[:length], *([None] * (length - len(told)))]


def _column_set(indicators: Any, name: str) -> dict[str, Any]:
    sets = indicators.get(name) if isinstance(indicators, dict) else None
    first = sets[0] if isinstance(sets, list) and sets else None
    return first if isinstance(first, dict) else {}
