"""A good answer of every method of every service, about one invented company.

Each is of the shape that the service sends; the numbers are alike in all of them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stockapp.providers.alpha_vantage import AlphaVantage
from stockapp.providers.base import Answer, Provider
from stockapp.providers.fmp import Fmp
from stockapp.providers.google import Google
from stockapp.providers.marketstack import MarketStack
from stockapp.providers.yahoo.provider import Yahoo

from .yahoo_answers import MARKET_TIME, NOW, answer, meta, row

PRICE, PREVIOUS = 102.5, 100.0
SECONDS = int(MARKET_TIME.timestamp())
DAY = f"{MARKET_TIME:%Y-%m-%d}"

YAHOO = Yahoo(8)
GOOGLE = Google()
FMP = Fmp("fmp-key", a_day=250, batch=True)
MARKETSTACK = MarketStack("ms-key", a_second=5, a_month=100, version="v2")
ALPHA_VANTAGE = AlphaVantage("av-key", a_second=1, a_day=25, bulk=True)


@dataclass(frozen=True)
class Good:
    """A method with a good answer for ACME, and how to make its text of a JSON document."""

    provider: Provider
    method: str
    document: Any
    write: Callable[[Any], bytes]

    @property
    def id(self) -> str:
        return f"{self.provider.name}/{self.method}"

    @property
    def body(self) -> bytes:
        return self.write(self.document)

    def answer(self, body: bytes | None = None) -> Answer:
        found = answer(self.body if body is None else body)
        asked = self.provider.request(self.method, ["ACME"]).url
        return Answer(found.status, found.headers, found.body, NOW, asked)


def plain(document: Any) -> bytes:
    return json.dumps(document).encode()


def yahoo_page(document: Any) -> bytes:
    wrapped = json.dumps({"status": 200, "headers": {}, "body": json.dumps(document)})
    url = "https://query1.finance.yahoo.com/v7/finance/quote?formatted=true&amp;symbols=ACME"
    return (
        "<!doctype html><html><head><title>ACME</title></head><body><h1>$1.00</h1>"
        f'<script type="application/json" data-sveltekit-fetched data-url="{url}">{wrapped}'
        "</script></body></html>"
    ).encode()


def google_page(document: Any, name: str = "ACME:NASDAQ", *, tag: str = "") -> bytes:
    other = '[[["/m/1",["GLW","NYSE"],"Corning",0,"USD",[1.0,0.1,0.1]]]]'
    return (
        '<!doctype html><html lang="en"><head><title>ACME</title>'
        f'<link rel="canonical" href="https://www.google.com/finance/quote/{name}"></head><body>'
        f"{tag}<script>AF_initDataCallback({{key: 'ds:0', hash: '1', data:{other},"
        " sideChannel: {}});</script>"
        f"<script>AF_initDataCallback({{key: 'ds:2', hash: '4', data:{json.dumps(document)},"
        " sideChannel: {}});</script></body></html>"
    ).encode()


def google_row(**changes: Any) -> list[Any]:
    """Row of ds:2; keys are its places, such as _4 for the currency."""
    found: list[Any] = [None] * 22
    found[1], found[2], found[3], found[4] = ["ACME", "NASDAQ"], "Acme Anvils", 0, "USD"
    found[5], found[7] = [PRICE, 2.5, 2.5, 2, 2, 2], PREVIOUS
    found[11], found[17], found[21] = [SECONDS + 60], [SECONDS], "ACME:NASDAQ"
    for place, value in changes.items():
        found[int(place[1:])] = value
    return found


def spark(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "timestamp": [SECONDS - 600, SECONDS - 300, SECONDS],
        "close": [101.0, None, PRICE],
        "chartPreviousClose": PREVIOUS,
        "previousClose": None,
        "dataGranularity": 300,
        **changes,
    }


def global_quote(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "01. symbol": symbol,
        "02. open": "101.0000",
        "03. high": "103.5000",
        "04. low": "99.5000",
        "05. price": "102.5000",
        "06. volume": "1000",
        "07. latest trading day": DAY,
        "08. previous close": "100.0000",
        "09. change": "2.5000",
        "10. change percent": "2.5000%",
        **changes,
    }


def fmp_row(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "name": "Acme Anvils",
        "price": PRICE,
        "changePercentage": 2.5,
        "change": 2.5,
        "exchange": "NASDAQ",
        "previousClose": PREVIOUS,
        "timestamp": SECONDS,
        "volume": 1000,
        "dayLow": 99.5,
        "dayHigh": 103.5,
        "yearHigh": 120.0,
        "yearLow": 80.0,
        "marketCap": 5_000_000_000,
        **changes,
    }


def eod_row(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "open": 101.0,
        "high": 103.5,
        "low": 99.5,
        "close": PRICE,
        "volume": 1000.0,
        "adj_close": None,
        "symbol": symbol,
        "exchange": "XNAS",
        "date": f"{DAY}T00:00:00+0000",
        "price_currency": "USD",
        **changes,
    }


def eod(*rows: Any) -> dict[str, Any]:
    return {"pagination": {"limit": 100, "offset": 0, "count": 1, "total": 1}, "data": list(rows)}


def bulk_row(symbol: str = "ACME", **changes: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "timestamp": "2026-11-20 10:15:00",
        "close": "102.5",
        "high": "103.5",
        "low": "99.5",
        "volume": "1000",
        "previous_close": "100.0",
        **changes,
    }


def google_details(row: list[Any], **changes: Any) -> list[Any]:
    """What the new layout tells besides of an instrument; keys are its places."""
    found: list[Any] = [None] * 20
    found[0], found[2], found[6] = [None, row[1]], 101.0, PRICE
    found[4], found[5], found[16], found[17] = 99.5, 103.5, 5_000_000_000, 1000
    found[13], found[19] = row[21], row
    for place, value in changes.items():
        found[int(place[1:])] = value
    return found


_V10 = row(regularMarketChangePercent=0.025)
GOOD = [
    Good(YAHOO, "quote", {"quoteResponse": {"result": [row()], "error": None}}, plain),
    Good(YAHOO, "spark", {"ACME": spark()}, plain),
    Good(YAHOO, "chart", {"chart": {"result": [{"meta": meta()}], "error": None}}, plain),
    Good(YAHOO, "summary", {"quoteSummary": {"result": [{"price": _V10}], "error": None}}, plain),
    Good(YAHOO, "page", {"quoteResponse": {"result": [row()], "error": None}}, yahoo_page),
    Good(GOOGLE, "page", [[[google_row()]]], google_page),
    Good(FMP, "quote", [fmp_row()], plain),
    Good(FMP, "batch", [fmp_row("OTHER"), fmp_row()], plain),
    Good(MARKETSTACK, "eod", eod(eod_row()), plain),
    Good(ALPHA_VANTAGE, "quote", {"Global Quote": global_quote()}, plain),
    Good(ALPHA_VANTAGE, "bulk", {"endpoint": "Realtime Bulk Quotes", "data": [bulk_row()]}, plain),
]
