"""Yahoo's hosts: cookie, crumb, five ways to a quote, and research, over an invented world."""

import html
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from tests.upstream import yahoo_research
from tests.upstream.accounts import company_of, type_of
from tests.upstream.bars import bars_of
from tests.upstream.listed import found_by
from tests.upstream.world import Reply, currency_of, is_known, json_reply, name_of, price_of

HOSTS = {
    "fc.yahoo.com",
    "guce.yahoo.com",
    "consent.yahoo.com",
    "finance.yahoo.com",
    "query1.finance.yahoo.com",
    "query2.finance.yahoo.com",
}
COOKIE = "A3=d=simulated-upstream"
CRUMB = "a/b.c%2FdE9"
_SPARK = "/v8/finance/spark"
_EXACT = {
    "/v1/test/getcrumb": "getcrumb",
    "/v7/finance/quote": "quote",
    "/v1/finance/search": "search",
    _SPARK: "spark",
}
_BY_PATH = {
    "/ws/fundamentals-timeseries/v1/finance/timeseries/": "timeseries",
    "/v8/finance/chart/": "chart",
    "/v10/finance/quoteSummary/": "summary",
    "/quote/": "page",
}


def route_of(host: str, path: str, query: str) -> str:
    """The name under which a request is counted and can be given a fault.

    timeseries/income is one of timeseries.
    """
    if host == "fc.yahoo.com":
        return "cookie"
    if path == _SPARK and "range=1mo" in query:
        return "trend"
    if path in _EXACT:
        return _EXACT[path]
    route = next((name for start, name in _BY_PATH.items() if path.startswith(start)), "consent")
    if route == "timeseries":
        return f"{route}/{yahoo_research.statement_asked(query)}"
    if route == "summary" and "assetProfile" in query:
        return "profile"
    return "history" if route == "chart" and "range=5y" in query else route


def symbols_of(path: str, query: str) -> list[str]:
    """The symbols that a request names, or the text that it searches for."""
    if path == "/v1/finance/search":
        return parse_qs(query).get("q", [""])
    for start in _BY_PATH:
        if path.startswith(start):
            return [unquote(path.removeprefix(start).strip("/"))]
    return parse_qs(query).get("symbols", [""])[0].split(",")


def answer(route: str, query: str, symbols: list[str], cookie: str, tick: int) -> Reply:
    """The answer of a healthy service."""
    if route == "cookie":
        set_cookie = f"{COOKIE}; Path=/; Max-Age=31557600"
        return Reply(404, b"", "text/html", {"Set-Cookie": set_cookie})
    if route == "getcrumb":
        if COOKIE not in cookie:
            return unauthorized("Invalid Cookie")
        return Reply(200, CRUMB.encode(), "text/plain;charset=utf-8")
    refused = _refused(query, cookie) if route in ("quote", "summary", "profile") else None
    if refused:
        return refused
    symbol, days = symbols[0], 1 if "range=1d" in query else 30
    makers: dict[str, Callable[[], Reply]] = {
        "quote": lambda: _quote(symbols, tick),
        "spark": lambda: _spark(symbols, tick),
        "trend": lambda: _trend(symbols, tick),
        "chart": lambda: _chart(symbol, tick, days),
        "history": lambda: _history(symbol, tick),
        "timeseries": lambda: yahoo_research.timeseries(symbol, query),
        "profile": lambda: _profile(symbol, query, tick),
        "summary": lambda: _summary(symbol, tick),
        "page": lambda: _page(symbol, tick),
        "search": lambda: _search(symbol),
    }
    kind = route.partition("/")[0]
    if kind in makers:
        return makers[kind]()
    return Reply(200, b"<html><body>nothing to consent to</body></html>", "text/html")


def _history(symbol: str, tick: int) -> Reply:
    if not is_known(symbol):
        return _no_chart()
    return yahoo_research.history(symbol, _meta(symbol, tick), tick)


def _profile(symbol: str, query: str, tick: int) -> Reply:
    if not is_known(symbol):
        return _no_summary(symbol)
    return yahoo_research.modules(symbol, query, _price_module(symbol, tick), tick)


def _refused(query: str, cookie: str) -> Reply | None:
    if COOKIE not in cookie:
        return unauthorized("User is unable to access this feature")
    if parse_qs(query).get("crumb") != [CRUMB]:
        return unauthorized("Invalid Crumb")
    return None


def _quote(symbols: list[str], tick: int) -> Reply:
    rows = [_row(symbol, tick) for symbol in symbols if is_known(symbol)]
    return json_reply({"quoteResponse": {"result": rows, "error": None}})


def _trend(symbols: list[str], tick: int) -> Reply:
    """A month of daily closes, with a day on which it did not trade."""
    if len(symbols) > 20:
        return _too_many()
    found = {}
    for symbol in filter(is_known, symbols):
        bars = bars_of(symbol, tick)[-22:]
        closes: list[float | None] = [bar.close for bar in bars]
        closes[5] = None
        opened = time_of_day(14, 30, tzinfo=UTC)
        found[symbol] = {
            "symbol": symbol,
            "timestamp": [int(datetime.combine(bar.day, opened).timestamp()) for bar in bars],
            "close": closes,
            "chartPreviousClose": bars[0].open,
            "previousClose": None,
            "start": None,
            "end": None,
            "dataGranularity": 300,
        }
    return json_reply(found)


def _too_many() -> Reply:
    error = {"code": "Bad Request", "description": "Too many symbols"}
    return json_reply({"spark": {"result": None, "error": error}}, 400)


def _spark(symbols: list[str], tick: int) -> Reply:
    if len(symbols) > 20:
        return _too_many()
    now = int(time.time())
    found = {}
    for symbol in symbols:
        if is_known(symbol):
            price = price_of(symbol, tick)
            found[symbol] = {
                "symbol": symbol,
                "timestamp": [now - 1500, now - 1200, now - 900],
                "close": [round(price * 0.99, 2), None, price],
                "chartPreviousClose": round(price * 0.98, 2),
                "previousClose": None,
                "start": None,
                "end": None,
                "dataGranularity": 300,
            }
    return json_reply(found)


def _search(text: str) -> Reply:
    if not text:
        error = {"code": "Bad Request", "description": "Missing required query parameter=q"}
        return json_reply({"finance": {"result": None, "error": error}}, 400)
    rows = [
        {
            "symbol": listed.symbol,
            "longname": listed.name,
            "quoteType": type_of(listed.symbol),
            "exchange": "UPS",
            "exchDisp": "Upstream Exchange",
            "isYahooFinance": True,
        }
        for listed in found_by(text)
    ]
    return json_reply({"count": len(rows), "quotes": rows, "news": []})


def _summary(symbol: str, tick: int) -> Reply:
    if not is_known(symbol):
        return _no_summary(symbol)
    module = _price_module(symbol, tick)
    return json_reply({"quoteSummary": {"result": [{"price": module}], "error": None}})


def _no_summary(symbol: str) -> Reply:
    words = f"Quote not found for ticker symbol: {symbol}"
    error = {"code": "Not Found", "description": words}
    return json_reply({"quoteSummary": {"result": None, "error": error}}, 404)


def _price_module(symbol: str, tick: int) -> dict[str, Any]:
    row = _row(symbol, tick)
    row["regularMarketChangePercent"] /= 100
    row["exchangeName"] = row.pop("fullExchangeName")
    return row


def _page(symbol: str, tick: int) -> Reply:
    if not is_known(symbol):
        return Reply(200, b"<html><body>Symbols similar to it</body></html>", "text/html")
    others = [_row(name, tick) for name in ("OTHER", "ANOTHER")]
    row = {
        name: {"raw": value, "fmt": f"{value}"} if isinstance(value, float | int) else value
        for name, value in _row(symbol, tick).items()
    }
    scripts = _embedded("v7/finance/quote?symbols=OTHER,ANOTHER", others)
    scripts += _embedded(f"v7/finance/quote?formatted=true&symbols={symbol}", [row])
    page = f"<!doctype html><html><head></head><body><p>$1.00</p>{scripts}</body></html>"
    return Reply(200, page.encode(), "text/html")


def _embedded(path: str, rows: list[dict[str, Any]]) -> str:
    body = orjson.dumps({"quoteResponse": {"result": rows, "error": None}}).decode()
    wrapped = {"status": 200, "statusText": "OK", "headers": {}, "body": body}
    url = html.escape(f"https://query1.finance.yahoo.com/{path}")
    return (
        f'<script type="application/json" data-sveltekit-fetched data-url="{url}" data-ttl="1">'
        f"{orjson.dumps(wrapped).decode()}</script>"
    )


def _row(symbol: str, tick: int) -> dict[str, Any]:
    price = price_of(symbol, tick)
    previous = round(price * 0.98, 2)
    return {
        "symbol": symbol,
        "longName": name_of(symbol),
        "quoteType": type_of(symbol),
        "currency": currency_of(symbol),
        "marketState": "REGULAR",
        "fullExchangeName": "Upstream Exchange",
        "exchangeDataDelayedBy": 15,
        "regularMarketPrice": price,
        "regularMarketPreviousClose": previous,
        "regularMarketChange": round(price - previous, 2),
        "regularMarketChangePercent": round((price - previous) / previous * 100, 4),
        "regularMarketTime": int(time.time()) - 900,
        "regularMarketVolume": 1_000_000,
        **_ranges(price),
        **_worth(symbol, tick),
    }


def _worth(symbol: str, tick: int) -> dict[str, int]:
    """In pounds for a price in pence; what is no company is worth nothing that is told."""
    company = company_of(symbol, tick)
    return {"marketCap": round(company.market_cap)} if company and company.market_cap else {}


def _ranges(price: float) -> dict[str, float]:
    return {
        "regularMarketDayLow": round(price * 0.97, 2),
        "regularMarketDayHigh": round(price * 1.01, 2),
        "fiftyTwoWeekLow": round(price * 0.6, 2),
        "fiftyTwoWeekHigh": round(price * 1.3, 2),
    }


def _chart(symbol: str, tick: int, days: int) -> Reply:
    if not is_known(symbol):
        return _no_chart()
    price, now = price_of(symbol, tick), int(time.time())
    closes = [round(price * (1 - 0.02 * day / days), 2) for day in reversed(range(days))]
    bars: dict[str, list[float]] = dict.fromkeys(("open", "high", "low", "close"), closes)
    bars["volume"] = [1000] * days
    indicators = {"quote": [bars], "adjclose": [{"adjclose": closes}]}
    times = [now - 900 - 86_400 * day for day in reversed(range(days))]
    result = {"meta": _meta(symbol, tick), "timestamp": times, "indicators": indicators}
    return json_reply({"chart": {"result": [result], "error": None}})


def _no_chart() -> Reply:
    words = "No data found, symbol may be delisted"
    error = {"code": "Not Found", "description": words}
    return json_reply({"chart": {"result": None, "error": error}}, 404)


def _meta(symbol: str, tick: int) -> dict[str, Any]:
    price, now = price_of(symbol, tick), int(time.time())
    return {
        "symbol": symbol,
        "currency": currency_of(symbol),
        "fullExchangeName": "Upstream Exchange",
        "exchangeName": "UPS",
        "instrumentType": "EQUITY",
        "longName": name_of(symbol),
        "firstTradeDate": 0,
        "gmtoffset": 0,
        "timezone": "UTC",
        "exchangeTimezoneName": "Europe/London",
        "regularMarketTime": now - 900,
        "regularMarketPrice": price,
        "regularMarketVolume": 1_000_000,
        **_ranges(price),
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


def unauthorized(words: str) -> Reply:
    """The answer to a wrong cookie or crumb."""
    error = {"code": "Unauthorized", "description": words}
    return json_reply({"finance": {"result": None, "error": error}}, 401)
