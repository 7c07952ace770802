"""Financial Modeling Prep: lists are successes."""

import time
from urllib.parse import parse_qs

from tests.upstream.world import Reply, is_known, json_reply, price_of

HOSTS = {"financialmodelingprep.com"}
ROUTE = "fmp"


def symbols_of(path: str, query: str) -> list[str]:
    found = parse_qs(query)
    return (found.get("symbols") or found.get("symbol") or [""])[0].split(",")


def answer(path: str, query: str, symbols: list[str], tick: int) -> Reply:
    key = parse_qs(query).get("apikey", [""])[0]
    if not key:
        return error("no_key", query)
    if path == "/stable/quote" and len(symbols) > 1:
        return json_reply([])
    return json_reply([_row(symbol, tick) for symbol in symbols if is_known(symbol)])


def error(name: str, query: str) -> Reply:
    key = parse_qs(query).get("apikey", [""])[0]
    if name == "symbol_plan":
        words = (
            "Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not"
            " available under your current subscription"
        )
        return Reply(402, words.encode(), "text/plain")
    status, text = {
        "no_key": (401, f"Invalid API KEY {key}."),
        "daily": (429, "Limit Reach . Please upgrade your plan"),
        "daily_as_200": (200, "Limit Reach . Please upgrade your plan"),
        "legacy": (403, "Legacy Endpoint : no longer supported"),
    }[name]
    return json_reply({"Error Message": text}, status)


def _row(symbol: str, tick: int) -> dict[str, object]:
    price = price_of(symbol, tick)
    return {
        "symbol": symbol,
        "name": f"{symbol} Holdings",
        "price": price,
        "changePercentage": 2.04,
        "change": round(price * 0.02, 2),
        "exchange": "NASDAQ",
        "previousClose": round(price * 0.98, 2),
        "timestamp": int(time.time()) - 900,
    }
