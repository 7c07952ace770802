"""Answers in the shapes of Yahoo's, about a company that does not exist."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from stockapp.providers.base import Answer

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
MARKET_TIME = datetime(2026, 11, 20, 15, 15, tzinfo=UTC)
OF_THE_DAY = {
    "regularMarketDayLow": 99.5,
    "regularMarketDayHigh": 103.5,
    "fiftyTwoWeekLow": 80.0,
    "fiftyTwoWeekHigh": 120.0,
    "regularMarketVolume": 1000,
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers or {}, raw, NOW)


def row(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    """A row of v7 quote; a change to None leaves the field out."""
    fields = {
        "symbol": symbol,
        "quoteType": "EQUITY",
        "shortName": "Acme",
        "longName": "Acme Anvils plc",
        "currency": "USD",
        "marketState": "REGULAR",
        "exchange": "NXX",
        "fullExchangeName": "Nowhere",
        "exchangeDataDelayedBy": 15,
        "regularMarketPrice": 102.5,
        "regularMarketPreviousClose": 100.0,
        "regularMarketChange": 2.5,
        "regularMarketChangePercent": 2.5,
        "regularMarketTime": int(MARKET_TIME.timestamp()),
        **OF_THE_DAY,
        "marketCap": 5_000_000_000,
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def quote_answer(*rows: object) -> Answer:
    return answer({"quoteResponse": {"result": list(rows), "error": None}})


def meta(symbol: str | None = "ACME", **changes: Any) -> dict[str, Any]:
    """The meta of a v8 chart; a change to None leaves the field out."""
    start = int(NOW.timestamp())
    fields = {
        "symbol": symbol,
        "currency": "USD",
        "exchangeName": "NXX",
        "fullExchangeName": "Nowhere",
        "longName": "Acme Anvils plc",
        "range": "1d",
        "dataGranularity": "1d",
        "regularMarketPrice": 102.5,
        "regularMarketTime": int(MARKET_TIME.timestamp()),
        **OF_THE_DAY,
        "chartPreviousClose": 100.0,
        "currentTradingPeriod": {
            "pre": {"start": start - 7200, "end": start - 3600},
            "regular": {"start": start - 3600, "end": start + 3600},
            "post": {"start": start + 3600, "end": start + 7200},
        },
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def chart_answer(found: object) -> Answer:
    result = [{"meta": found, "indicators": {"quote": [{}]}}]
    return answer({"chart": {"result": result, "error": None}})


def error_answer(status: int, root: str, code: str, description: str) -> Answer:
    error = {"code": code, "description": description}
    return answer({root: {"result": None, "error": error}}, status)
