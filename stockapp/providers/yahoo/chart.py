"""Yahoo's v8 chart of one day: one symbol a request, and no crumb needed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote as percent_encoded

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import MarketState, Quote
from stockapp.providers import fields
from stockapp.providers.base import Answer, Parsed, Request, all_failed
from stockapp.providers.yahoo import shared

NAME = "chart"
_URL = "https://query1.finance.yahoo.com/v8/finance/chart/"
_RANGE = "1d"
_SESSIONS = {
    "pre": MarketState.PRE,
    "regular": MarketState.REGULAR,
    "post": MarketState.POST,
}


def request(symbols: Sequence[str]) -> Request:
    """The request for one symbol."""
    return Request(_URL + percent_encoded(symbols[0], safe=""), {"range": _RANGE, "interval": "1d"})


def parse(symbols: Sequence[str], answer: Answer) -> Parsed:
    """A quote or a failure for the symbol."""
    (symbol,) = symbols
    try:
        meta = _meta(shared.read(answer, "chart"))
    except fields.BadAnswer as error:
        return all_failed(symbols, error.failure)
    if meta is None:
        failure = Failure(Reason.BAD_RESPONSE, "Yahoo sent a chart without its description.")
        return {symbol: failure}
    return {symbol: _outcome(symbol, meta, answer)}


def _meta(chart: fields.Row) -> dict[str, Any] | None:
    result = chart.get("result")
    first = result[0] if isinstance(result, list) and result else None
    meta = first.get("meta") if isinstance(first, dict) else None
    return meta if isinstance(meta, dict) else None


def _outcome(symbol: str, meta: dict[str, Any], answer: Answer) -> Quote | Failure:
    told = fields.text(meta, "symbol") or "no symbol"
    if told.upper() != symbol.upper():
        return fields.other_symbol(shared.SERVICE, symbol, told)
    price = shared.number(meta, "regularMarketPrice")
    previous = _previous_close(meta)
    change = shared.told_change(meta, price or 0.0, previous)
    return shared.quote_or_failure(
        symbol,
        price,
        fields.instant(meta.get("regularMarketTime")),
        currency=fields.currency(meta.get("currency")),
        method=NAME,
        fetched_at=answer.received_at,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        market_state=_market_state(meta, answer.received_at),
        exchange=fields.text(meta, "fullExchangeName", "exchangeName"),
        name=fields.text(meta, "longName", "shortName"),
        rolling_24h=shared.is_rolling(meta),
        **shared.of_the_day(meta),
    )


def _previous_close(meta: dict[str, Any]) -> float | None:
    """`chartPreviousClose` is the close before the range: yesterday's for a range of one day."""
    told = fields.positive(meta.get("previousClose"))
    if told is None and meta.get("range") == _RANGE:
        return fields.positive(meta.get("chartPreviousClose"))
    return told


def _market_state(meta: dict[str, Any], now: datetime) -> MarketState | None:
    """The session in which the answer came; closed outside of all, unknown without sessions."""
    periods = meta.get("currentTradingPeriod")
    if not isinstance(periods, dict):
        return None
    spans = {
        state: (fields.instant(period.get("start")), fields.instant(period.get("end")))
        for name, state in _SESSIONS.items()
        if isinstance(period := periods.get(name), dict)
    }
    known = {state: (start, end) for state, (start, end) in spans.items() if start and end}
    if not known:
        return None
    for state, (start, end) in known.items():
        if start <= now < end:
            return state
    return MarketState.CLOSED
