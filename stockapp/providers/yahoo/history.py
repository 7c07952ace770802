"""Yahoo's v8 chart of five years: daily bars, adjusted for splits, and closes for dividends."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote as percent_encoded

from stockapp.domain.attempt import Failure
from stockapp.domain.bars import Bars
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import lacking
from stockapp.providers.yahoo import shared

NAME = "history"
_URL = "https://query1.finance.yahoo.com/v8/finance/chart/"
_PRICES = ("open", "high", "low", "close")
_WHAT = "price history"


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
    rows = _rows(first, timedelta(seconds=fields.real(meta.get("gmtoffset")) or 0))
    if not rows:
        return lacking(shared.SERVICE, symbol, _WHAT)
    days = sorted(rows)
    columns = zip(*(rows[day] for day in days), strict=True)
    opened, high, low, close, volume, adjusted = (tuple(column) for column in columns)
    return Bars(
        symbol=symbol,
        currency=fields.currency(meta.get("currency")),
        source=shared.SOURCE,
        method=NAME,
        fetched_at=answer.received_at,
        days=tuple(days),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume,
        adjusted=adjusted,
    )


def _rows(first: dict[str, Any], offset: timedelta) -> dict[date, tuple[float, ...]]:
    """By day: open, high, low, close, volume, adjusted close."""
    indicators = first.get("indicators")
    quote = _column_set(indicators, "quote")
    adjusted = _column_set(indicators, "adjclose").get("adjclose")
    stamps = first.get("timestamp")
    columns = [quote.get(name) for name in _PRICES]
    rows: dict[date, tuple[float, ...]] = {}
    for place, stamp in enumerate(stamps if isinstance(stamps, list) else ()):
        prices = [fields.positive(_at(column, place)) for column in columns]
        moment = fields.instant(stamp)
        if moment is None or None in prices:
            continue
        day = _day(moment, offset)
        volume = fields.real(_at(quote.get("volume"), place)) or 0.0
        # The bar of the running session comes twice, the second time as of now, without volume.
        if day in rows and volume == 0:
            continue
        close = prices[-1]
        last = fields.positive(_at(adjusted, place)) if adjusted else close
        if last is not None:
            rows[day] = tuple(p for p in (*prices, volume, last) if p is not None)
    return rows


def _day(moment: datetime, offset: timedelta) -> date:
    """The exchange's day."""
    return (moment + offset).date()


def _column_set(indicators: Any, name: str) -> dict[str, Any]:
    sets = indicators.get(name) if isinstance(indicators, dict) else None
    first = sets[0] if isinstance(sets, list) and sets else None
    return first if isinstance(first, dict) else {}


def _at(column: Sequence[Any] | None, place: int) -> Any:
    return column[place] if isinstance(column, list) and place < len(column) else None
