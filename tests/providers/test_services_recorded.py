"""Every recorded answer of every service gives the recorded numbers, or a reason that fits.

The answers are not ours to publish: RECORDED_ANSWERS names the folder that holds them. Yahoo's
quote and chart have a file of their own.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers.alpha_vantage import AlphaVantage
from stockapp.providers.base import Answer, FollowUp, Provider
from stockapp.providers.fmp import Fmp
from stockapp.providers.google import Google
from stockapp.providers.marketstack import MarketStack
from stockapp.providers.yahoo.provider import Yahoo

from .yahoo_answers import NOW

FOLDER = Path(os.environ.get("RECORDED_ANSWERS", "."))
YAHOO = Yahoo(8)
FMP = Fmp("key", a_day=250, batch=True)
MARKETSTACK = MarketStack("key", a_second=5, a_month=100, version="v1")
ALPHA_VANTAGE = AlphaVantage("key", a_second=1, a_day=25, bulk=False)


@dataclass(frozen=True)
class Recorded:
    file: str
    provider: str
    endpoint: str
    status: int
    url: str

    @property
    def body(self) -> bytes:
        return (FOLDER / self.file).read_bytes()

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def ask(self, provider: Provider, method: str, symbol: str, asked: str = "") -> Any:
        """What our parser makes of it for that symbol."""
        parsed = provider.parse(method, [symbol], Answer(self.status, {}, self.body, NOW, asked))
        return parsed if isinstance(parsed, FollowUp) else parsed[symbol]


def recorded(provider: str, *endpoints: str) -> pytest.MarkDecorator:
    entries = json.loads((FOLDER / "index.json").read_text())
    found = [
        Recorded(e["file"], e["provider"], e["endpoint"], e["status"], e["url"])
        for e in entries
        if e["provider"] == provider and (not endpoints or e["endpoint"] in endpoints)
    ]
    assert found
    return pytest.mark.parametrize("entry", found, ids=lambda entry: Path(entry.file).name)


def summary_price(entry: Recorded) -> dict[str, Any] | None:
    result = (json.loads(entry.body).get("quoteSummary") or {}).get("result")
    return result[0].get("price") if result else None


def raw(value: Any) -> Any:
    return value.get("raw") if isinstance(value, dict) else value


@recorded("yahoo", "v10_quoteSummary")
def test_a_summary(entry: Recorded) -> None:
    symbol = unquote(urlsplit(entry.url).path.rsplit("/", 1)[1])
    found = entry.ask(YAHOO, "summary", symbol)
    if entry.status == 401:
        assert found.reason is Reason.UNAUTHORIZED
        return
    price = summary_price(entry) if entry.status == 200 else None
    if price is None:
        expected = {Reason.NO_DATA, Reason.NOT_FOUND, Reason.BAD_RESPONSE}
        assert isinstance(found, Failure) and found.reason in expected
        if "No fundamentals data" in entry.text:
            assert found.reason is Reason.NO_DATA
        if "Quote not found" in entry.text:
            assert found.reason is Reason.NOT_FOUND
        return
    number = raw(price.get("regularMarketPrice"))
    if not number or price["symbol"].upper() != symbol.upper() or price["quoteType"] == "NONE":
        assert isinstance(found, Failure)
        return
    assert isinstance(found, Quote)
    assert found.price == number
    assert found.currency == price.get("currency")
    assert found.as_of.timestamp() == raw(price["regularMarketTime"])
    told = raw(price.get("regularMarketChangePercent"))
    if told is not None:
        assert found.change_percent == pytest.approx(100 * told)


@recorded("yahoo", "v8_spark")
def test_a_spark(entry: Recorded) -> None:
    for symbol, part in json.loads(entry.body).items():
        found = entry.ask(YAHOO, "spark", symbol)
        assert (found.price, found.currency) == (part["close"][-1], None)
        assert found.as_of.timestamp() == part["timestamp"][-1]
        assert found.previous_close == part["chartPreviousClose"]


@recorded("yahoo", "consent_flow")
def test_a_consent_is_never_a_price(entry: Recorded) -> None:
    found = entry.ask(YAHOO, "page", "AAPL")
    assert isinstance(found, Failure)
    if entry.status == 200:
        assert found.reason is Reason.BLOCKED


@recorded("alphavantage", "GLOBAL_QUOTE")
def test_a_global_quote(entry: Recorded) -> None:
    symbol = parse_qs(urlsplit(entry.url).query)["symbol"][0]
    symbol = "MSFT" if "MSFT" in entry.file else symbol
    found = entry.ask(ALPHA_VANTAGE, "quote", symbol)
    if entry.file.endswith(".csv"):
        # Not asked for, and not read.
        assert found.reason is Reason.BAD_RESPONSE
        return
    row = json.loads(entry.body)["Global Quote"]
    if not row:
        assert found.reason is Reason.NOT_FOUND
        return
    assert found.price == float(row["05. price"])
    assert found.previous_close == float(row["08. previous close"])
    assert found.change_percent == pytest.approx(
        float(row["10. change percent"].rstrip("%")), abs=1e-3
    )
    assert f"{found.as_of:%Y-%m-%d}" == row["07. latest trading day"]
    assert found.end_of_day and found.currency is None


@recorded("alphavantage", "CURRENCY_EXCHANGE_RATE")
def test_an_exchange_rate(entry: Recorded) -> None:
    row = json.loads(entry.body)["Realtime Currency Exchange Rate"]
    base, target = row["1. From_Currency Code"], row["3. To_Currency Code"]
    symbol = f"{base}-{target}" if base == "BTC" else f"{base}{target}=X"
    found = entry.ask(ALPHA_VANTAGE, "quote", symbol)
    assert (found.price, found.currency) == (float(row["5. Exchange Rate"]), target)
    assert f"{found.as_of:%Y-%m-%d %H:%M:%S}" == row["6. Last Refreshed"]


@recorded("alphavantage", "errors")
def test_an_error_of_alpha_vantage(entry: Recorded) -> None:
    reasons = {
        "apikey-missing": Reason.UNAUTHORIZED,
        "invalid-call": Reason.BAD_RESPONSE,
        "daily-limit": Reason.QUOTA_EXHAUSTED,
        "premium": Reason.ACCESS_DENIED,
        "per-minute": Reason.RATE_LIMITED,
    }
    (expected,) = {reason for mark, reason in reasons.items() if mark in entry.file}
    assert entry.ask(ALPHA_VANTAGE, "quote", "IBM").reason is expected


@recorded("alphavantage", "SYMBOL_SEARCH", "TIME_SERIES", "MARKET_STATUS")
def test_what_is_no_quote_is_not_taken_for_one(entry: Recorded) -> None:
    assert entry.ask(ALPHA_VANTAGE, "quote", "IBM").reason is Reason.BAD_RESPONSE


@recorded("fmp", "stable_quote", "v3_quote")
def test_a_quote_of_financial_modeling_prep(entry: Recorded) -> None:
    (row,) = json.loads(entry.body)
    for method in ("quote", "batch"):
        found = entry.ask(FMP, method, "AAPL")
        assert (found.price, found.previous_close) == (row["price"], row["previousClose"])
        assert found.as_of.timestamp() == row["timestamp"]
        told = row.get("changePercentage", row.get("changesPercentage"))
        assert found.change_percent == pytest.approx(told, abs=1e-3)
        assert found.currency is None


@recorded("fmp", "errors")
def test_an_error_of_financial_modeling_prep(entry: Recorded) -> None:
    reasons = {401: Reason.UNAUTHORIZED, 402: Reason.ACCESS_DENIED, 403: Reason.ACCESS_DENIED}
    expected = reasons.get(entry.status, Reason.QUOTA_EXHAUSTED)
    assert entry.ask(FMP, "quote", "AAPL").reason is expected


@recorded("marketstack", "v1_eod", "v1_eod_latest")
def test_a_close_of_marketstack(entry: Recorded) -> None:
    (row,) = json.loads(entry.body)["data"]
    found = entry.ask(MARKETSTACK, "eod", row["symbol"])
    assert (found.price, found.exchange, found.end_of_day) == (row["close"], row["exchange"], True)
    assert f"{found.as_of:%Y-%m-%d}" == row["date"][:10]


@recorded("marketstack", "errors")
def test_an_error_of_marketstack(entry: Recorded) -> None:
    reasons = {
        "401": Reason.UNAUTHORIZED,
        "403": Reason.ACCESS_DENIED,
        "422-no-valid": Reason.NOT_FOUND,
        "422-validation": Reason.BAD_RESPONSE,
        "429-monthly": Reason.QUOTA_EXHAUSTED,
        "429-rate": Reason.RATE_LIMITED,
    }
    (expected,) = {reason for mark, reason in reasons.items() if f"ERR-{mark}" in entry.file}
    assert entry.ask(MARKETSTACK, "eod", "AAPL").reason is expected


# The file's mark: Yahoo's symbol, Google's name, currency, price and previous close as recorded.
PAGES = {
    "2881_TPE": ("2881.TW", "2881:TPE", "TWD", 96.1, 96.8),
    "RELIANCE_NSE": ("RELIANCE.NS", "RELIANCE:NSE", "INR", 1333, 1327.2),
    "USD-JPY": ("USDJPY=X", "USD-JPY", "JPY", 146.2165, None),
    "USD-SAR": ("USDSAR=X", "USD-SAR", "SAR", 3.747688, None),
}


@recorded("google")
def test_a_page_of_google(entry: Recorded) -> None:
    base = "https://www.google.com/finance/quote/"
    told = next((values for mark, values in PAGES.items() if mark in entry.file), None)
    if told is None:
        assert "HOMEPAGE" in entry.file
        found = entry.ask(Google(), "page", "GLW", base + "GLW:NASDAQ")
        assert isinstance(found, FollowUp)
        found = entry.ask(Google(), "page", "VOD.L", base + "VOD:LON")
        assert found.reason is Reason.NO_DATA
        return
    symbol, name, currency, price, previous = told
    found = entry.ask(Google(), "page", symbol, base + name)
    assert isinstance(found, Quote), found
    assert (found.price, found.currency, found.previous_close) == (price, currency, previous)
    stamp = re.search(r'data-last-normal-market-timestamp="(\d+)"', entry.text)
    if stamp:
        assert found.as_of.timestamp() == int(stamp[1])
    other = entry.ask(Google(), "page", "7203.T", base + "7203:TYO")
    assert isinstance(other, Failure)
