"""MarketStack: the closes of the last trading day."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

from tests.upstream.world import (
    Reply,
    currency_of,
    is_known,
    json_reply,
    price_of,
    yahoo_symbol,
)

HOSTS = {"api.marketstack.com"}
ROUTE = "marketstack"


def route_of(host: str, path: str, query: str) -> str:
    return ROUTE


def symbols_of(path: str, query: str) -> list[str]:
    return parse_qs(query).get("symbols", [""])[0].split(",")


def answer(path: str, query: str, symbols: list[str], tick: int) -> Reply:
    if not parse_qs(query).get("access_key"):
        return error("no_key", query)
    known = [symbol for symbol in symbols if is_known(symbol)]
    if not known:
        return error("unknown", query)
    rows = [_row(symbol, tick, second_version="/v2/" in path) for symbol in known]
    pages = {"limit": 100, "offset": 0, "count": len(rows), "total": len(rows)}
    return json_reply({"pagination": pages, "data": rows})


def error(name: str, query: str) -> Reply:
    key = parse_qs(query).get("access_key", [""])[0]
    status, code, text = {
        "no_key": (401, "invalid_access_key", f"The access key {key} is invalid."),
        "unknown": (422, "no_valid_symbols_provided", "At least one valid symbol is needed"),
        "monthly": (429, "too_many_requests", "The monthly allowed request volume is reached."),
        "burst": (429, "rate_limit_reached", "You have exceeded the rate limitation."),
        "plan": (403, "function_access_restricted", "Your plan does not support this."),
    }[name]
    return json_reply({"error": {"code": code, "message": text}}, status)


def _row(symbol: str, tick: int, *, second_version: bool) -> dict[str, object]:
    name = yahoo_symbol(symbol)
    price = price_of(name, tick)
    row: dict[str, object] = {
        "open": price,
        "high": price,
        "low": price,
        "close": price,
        "volume": 1000.0,
        "adj_close": None,
        "symbol": symbol,
        "exchange": "XNAS",
        "date": f"{datetime.now(UTC):%Y-%m-%d}T00:00:00+0000",
    }
    if second_version:
        row |= {"name": f"{name} Holdings", "price_currency": currency_of(name)}
    return row
