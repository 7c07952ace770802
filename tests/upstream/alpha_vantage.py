"""Alpha Vantage: every answer is a 200, errors included."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

from tests.upstream.world import Reply, is_known, json_reply, price_of, yahoo_symbol

HOSTS = {"www.alphavantage.co"}
ROUTE = "alpha_vantage"


def symbols_of(path: str, query: str) -> list[str]:
    found = parse_qs(query)
    if "from_currency" in found:
        return [f"{found['from_currency'][0]}{found['to_currency'][0]}=X"]
    return found.get("symbol", [""])[0].split(",")


def answer(path: str, query: str, symbols: list[str], tick: int) -> Reply:
    found = parse_qs(query)
    if not found.get("apikey"):
        return error("no_key", query)
    if found["function"] == ["CURRENCY_EXCHANGE_RATE"]:
        return _rate(symbols[0], tick)
    if found["function"] == ["REALTIME_BULK_QUOTES"]:
        return _bulk(symbols, tick)
    symbol = symbols[0]
    if not is_known(symbol):
        return json_reply({"Global Quote": {}})
    price = price_of(yahoo_symbol(symbol), tick)
    previous = round(price * 0.98, 2)
    quote = {
        "01. symbol": symbol,
        "05. price": f"{price:.4f}",
        "06. volume": "1000",
        "07. latest trading day": f"{datetime.now(UTC):%Y-%m-%d}",
        "08. previous close": f"{previous:.4f}",
        "09. change": f"{price - previous:.4f}",
        "10. change percent": f"{(price / previous - 1) * 100:.4f}%",
    }
    return json_reply({"Global Quote": quote})


def error(name: str, query: str) -> Reply:
    """What it says instead; one of them tells the caller's key."""
    key = parse_qs(query).get("apikey", [""])[0]
    words = {
        "no_key": ("Error Message", "the parameter apikey is invalid or missing."),
        "daily": (
            "Information",
            f"We have detected your API key as {key} and our limit is 25 requests per day.",
        ),
        "burst": (
            "Information",
            "Please ask more sparingly (1 request per second), of 25 requests per day.",
        ),
        "premium": ("Information", "This is a premium endpoint."),
    }
    root, text = words[name]
    return json_reply({root: text})


def _rate(symbol: str, tick: int) -> Reply:
    rate = {
        "1. From_Currency Code": symbol[:3],
        "3. To_Currency Code": symbol[3:6],
        "5. Exchange Rate": f"{price_of(symbol, tick):.8f}",
        "6. Last Refreshed": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        "7. Time Zone": "UTC",
        "8. Bid Price": "-",
        "9. Ask Price": "-",
    }
    return json_reply({"Realtime Currency Exchange Rate": rate})


def _bulk(symbols: list[str], tick: int) -> Reply:
    rows = [
        {"symbol": symbol, "close": f"{price_of(symbol, tick)}", "timestamp": "2026-11-23 15:59:59"}
        for symbol in symbols
    ]
    words = "This is a premium endpoint. ***THE SAMPLE DATA IS ARTIFICIAL***"
    return json_reply({"endpoint": "Realtime Bulk Quotes", "message": words, "data": rows})
