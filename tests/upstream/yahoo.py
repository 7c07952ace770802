"""Yahoo's hosts: cookie, crumb, quote and chart, over an invented world."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson

HOSTS = {
    "fc.yahoo.com",
    "guce.yahoo.com",
    "consent.yahoo.com",
    "query1.finance.yahoo.com",
    "query2.finance.yahoo.com",
}
COOKIE = "A3=d=simulated-upstream"
CRUMB = "a/b.c%2FdE9"
_JSON = "application/json;charset=utf-8"


@dataclass
class Reply:
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = _JSON
    headers: dict[str, str] = field(default_factory=dict)


def route_of(host: str, path: str) -> str:
    """The name under which a request is counted and can be given a fault."""
    if host == "fc.yahoo.com":
        return "cookie"
    if path == "/v1/test/getcrumb":
        return "getcrumb"
    if path == "/v7/finance/quote":
        return "quote"
    return "chart" if path.startswith("/v8/finance/chart/") else "consent"


def symbols_of(path: str, query: str) -> list[str]:
    """The symbols that a request names."""
    if path.startswith("/v8/finance/chart/"):
        return [path.rsplit("/", 1)[1]]
    return parse_qs(query).get("symbols", [""])[0].split(",")


def is_known(symbol: str) -> bool:
    return not symbol.upper().startswith("NOPE")


def price_of(symbol: str, tick: int) -> float:
    """The price in the invented world: fixed for a symbol, and moving with the tick."""
    seed = int.from_bytes(hashlib.blake2b(symbol.encode(), digest_size=4).digest())
    return round(10 + seed % 49_000 / 100 + tick * 0.25, 2)


def currency_of(symbol: str) -> str:
    if symbol.endswith(".L"):
        return "GBP" if symbol.startswith("0P") else "GBp"
    return "JPY" if symbol.endswith(".T") else "USD"


def answer(route: str, query: str, symbols: list[str], cookie: str, tick: int) -> Reply:
    """The answer of a healthy service."""
    if route == "cookie":
        set_cookie = f"{COOKIE}; Path=/; Max-Age=31557600"
        return Reply(404, b"", "text/html", {"Set-Cookie": set_cookie})
    if route == "getcrumb":
        if COOKIE not in cookie:
            return unauthorized("Invalid Cookie")
        return Reply(200, CRUMB.encode(), "text/plain;charset=utf-8")
    if route == "quote":
        return _quote(query, symbols, cookie, tick)
    if route == "chart":
        return _chart(symbols[0], tick, days=1 if "range=1d" in query else 30)
    return Reply(200, b"<html><body>nothing to consent to</body></html>", "text/html")


def _quote(query: str, symbols: list[str], cookie: str, tick: int) -> Reply:
    if COOKIE not in cookie:
        return unauthorized("User is unable to access this feature")
    if parse_qs(query).get("crumb") != [CRUMB]:
        return unauthorized("Invalid Crumb")
    rows = [_row(symbol, tick) for symbol in symbols if is_known(symbol)]
    return _json({"quoteResponse": {"result": rows, "error": None}})


def _row(symbol: str, tick: int) -> dict[str, Any]:
    price = price_of(symbol, tick)
    previous = round(price * 0.98, 2)
    return {
        "symbol": symbol,
        "longName": f"{symbol} Holdings",
        "quoteType": "EQUITY",
        "currency": currency_of(symbol),
        "marketState": "REGULAR",
        "fullExchangeName": "Upstream Exchange",
        "exchangeDataDelayedBy": 15,
        "regularMarketPrice": price,
        "regularMarketPreviousClose": previous,
        "regularMarketChange": round(price - previous, 2),
        "regularMarketChangePercent": round((price - previous) / previous * 100, 4),
        "regularMarketTime": int(time.time()) - 900,
    }


def _chart(symbol: str, tick: int, days: int) -> Reply:
    if not is_known(symbol):
        words = "No data found, symbol may be delisted"
        error = {"code": "Not Found", "description": words}
        return _json({"chart": {"result": None, "error": error}}, 404)
    price, now = price_of(symbol, tick), int(time.time())
    meta = {
        "symbol": symbol,
        "currency": currency_of(symbol),
        "fullExchangeName": "Upstream Exchange",
        "exchangeName": "UPS",
        "instrumentType": "EQUITY",
        "longName": f"{symbol} Holdings",
        "firstTradeDate": 0,
        "gmtoffset": 0,
        "timezone": "UTC",
        "exchangeTimezoneName": "Europe/London",
        "regularMarketTime": now - 900,
        "regularMarketPrice": price,
        "chartPreviousClose": round(price * 0.98, 2),
        "priceHint": 2,
        "dataGranularity": "1d",
        "range": "1d",
        "validRanges": ["1d", "5d", "1y"],
        "currentTradingPeriod": {
            name: {"timezone": "UTC", "start": now - 3600, "end": now + 3600, "gmtoffset": 0}
            for name in ("pre", "regular", "post")
        },
    }
    closes = [round(price * (1 - 0.02 * day / days), 2) for day in reversed(range(days))]
    bars: dict[str, list[float]] = dict.fromkeys(("open", "high", "low", "close"), closes)
    bars["volume"] = [1000] * days
    indicators = {"quote": [bars], "adjclose": [{"adjclose": closes}]}
    times = [now - 900 - 86_400 * day for day in reversed(range(days))]
    result = {"meta": meta, "timestamp": times, "indicators": indicators}
    return _json({"chart": {"result": [result], "error": None}})


def _json(document: dict[str, Any], status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(document))


def unauthorized(words: str) -> Reply:
    """The answer to a wrong cookie or crumb."""
    error = {"code": "Unauthorized", "description": words}
    return _json({"finance": {"result": None, "error": error}}, 401)
