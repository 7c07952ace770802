"""Alpha Vantage: one symbol a request, 25 a day for nothing; every error comes with HTTP 200.

GLOBAL_QUOTE tells the trading day only, and no currency. Pairs of currencies and coins have a
function of their own, with currency and time. REALTIME_BULK_QUOTES is for premium plans, and gives
invented rows to others.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote, change_since
from stockapp.providers import fields, symbols
from stockapp.providers.base import (
    Answer,
    Method,
    Parsed,
    Provider,
    Request,
    all_failed,
    failure_of_status,
    quotas,
)

SERVICE = "Alpha Vantage"
SOURCE = "alpha_vantage"
QUOTE, BULK = "quote", "bulk"
_URL = "https://www.alphavantage.co/query"
_BULK_SIZE = 100
_NEW_YORK = ZoneInfo("America/New_York")

# In this order: the text about too many requests in a second names the daily limit, too.
_BY_WORDS: tuple[tuple[str, Reason, str, float | None], ...] = (
    ("per second", Reason.RATE_LIMITED, "allows one request a second", 1.0),
    ("sparingly", Reason.RATE_LIMITED, "asks for fewer requests", 1.0),
    ("per minute", Reason.RATE_LIMITED, "allows only some requests a minute", 60.0),
    ("premium endpoint", Reason.ACCESS_DENIED, "keeps this for premium plans", None),
    ("artificial", Reason.ACCESS_DENIED, "keeps this for premium plans", None),
    ("per day", Reason.QUOTA_EXHAUSTED, "gives no more answers today to this key", None),
    ("apikey", Reason.UNAUTHORIZED, "refused the key; see ALPHA_VANTAGE_API_KEY", None),
    ("api key", Reason.UNAUTHORIZED, "refused the key; see ALPHA_VANTAGE_API_KEY", None),
    ("invalid api call", Reason.BAD_RESPONSE, "refused the request as invalid", None),
)
_ERRORS = ("Error Message", "Information", "Note", "message")


class AlphaVantage(Provider):
    """`quote` for one symbol; before it `bulk` for many, where the plan has it."""

    name = SOURCE
    title = SERVICE
    hosts = ("www.alphavantage.co",)
    key_name = "ALPHA_VANTAGE_API_KEY"
    self_test = "IBM"

    def __init__(
        self, key: str, *, a_second: int, a_day: int, bulk: bool, concurrency: int = 2
    ) -> None:
        self.key = key
        self.quotas = quotas(second=a_second, day=a_day)
        single = Method(QUOTE, 1, concurrency, end_of_day=True)
        self.methods = (Method(BULK, _BULK_SIZE, concurrency), single) if bulk else (single,)

    def supports(self, method: str, symbol: str) -> bool:
        """Shares of the exchanges it covers, and pairs; in bulk, shares of the USA only."""
        if method == BULK:
            return symbols.alpha_vantage(symbol) is not None and "." not in symbol
        return symbols.alpha_vantage(symbol) is not None or symbols.pair(symbol) is not None

    def request(self, method: str, wanted: Sequence[str]) -> Request:
        """The request of that method for these symbols."""
        if method == BULK:
            query = {"function": "REALTIME_BULK_QUOTES", "symbol": ",".join(wanted)}
        elif pair := symbols.pair(wanted[0]):
            query = {
                "function": "CURRENCY_EXCHANGE_RATE",
                "from_currency": pair[0],
                "to_currency": pair[1],
            }
        else:
            symbol = symbols.alpha_vantage(wanted[0]) or ""
            query = {"function": "GLOBAL_QUOTE", "symbol": symbol}
        return Request(_URL, query | {"apikey": self.key})

    def parse(self, method: str, wanted: Sequence[str], answer: Answer) -> Parsed:
        """What the answer says of each of them."""
        try:
            document = document_of(answer)
        except fields.BadAnswer as error:
            return all_failed(wanted, error.failure)
        if method == BULK:
            return _bulk(wanted, document, answer)
        return {wanted[0]: _single(wanted[0], document, answer)}


def document_of(answer: Answer) -> fields.Row:
    """The object of a success. Raises BadAnswer for all else, which mostly comes with a 200."""
    failure = failure_of_status(SERVICE, answer)
    if failure:
        raise fields.BadAnswer(failure)
    document = fields.document(SERVICE, answer)
    if not isinstance(document, dict):
        raise fields.BadAnswer(fields.not_understood(SERVICE, answer))
    words = fields.text(document, *_ERRORS)
    if words:
        raise fields.BadAnswer(_failure_of_words(words))
    return document


def _failure_of_words(words: str) -> Failure:
    lower = words.lower()
    for mark, reason, what, wait in _BY_WORDS:
        if mark in lower:
            return Failure(reason, f"{SERVICE} {what}.", wait)
    return Failure(Reason.BAD_RESPONSE, f"{SERVICE} says: {words[:200]}")


def _single(symbol: str, document: fields.Row, answer: Answer) -> Quote | Failure:
    for root, row in document.items():
        if root == "Realtime Currency Exchange Rate" and isinstance(row, dict):
            return _exchange_rate(symbol, row, answer)
        if root.startswith("Global Quote") and isinstance(row, dict):
            return _global_quote(symbol, row, answer, delayed="15 MINUTES" in root)
    if not document:
        return fields.no_data(SERVICE, symbol, "the answer is empty")
    return fields_missing(symbol)


def fields_missing(symbol: str) -> Failure:
    """An answer of a shape that is not that of quotes."""
    detail = f"{SERVICE} sent an answer without the quote of {symbol}."
    return Failure(Reason.BAD_RESPONSE, detail)


def _global_quote(
    symbol: str, row: fields.Row, answer: Answer, *, delayed: bool
) -> Quote | Failure:
    if not row:
        return Failure(Reason.NOT_FOUND, f"{SERVICE} does not know {symbol}.")
    told = fields.text(row, "01. symbol") or "no symbol"
    if plain(told) != plain(symbols.alpha_vantage(symbol) or symbol):
        return fields.other_symbol(SERVICE, symbol, told)
    price = fields.number_in_text(row.get("05. price"))
    previous = fields.positive(fields.number_in_text(row.get("08. previous close")))
    change = change_since(price or 0.0, previous)
    return _quote(
        symbol,
        price,
        fields.trading_day(row.get("07. latest trading day")),
        answer,
        method=QUOTE,
        currency=None,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        delay_minutes=15 if delayed else None,
        end_of_day=True,
        day_low=fields.number_in_text(row.get("04. low")),
        day_high=fields.number_in_text(row.get("03. high")),
        volume=fields.number_in_text(row.get("06. volume")),
    )


def _exchange_rate(symbol: str, row: fields.Row, answer: Answer) -> Quote | Failure:
    told = (fields.text(row, "1. From_Currency Code"), fields.text(row, "3. To_Currency Code"))
    if told != symbols.pair(symbol):
        return fields.other_symbol(SERVICE, symbol, "/".join(part or "?" for part in told))
    zone = UTC if fields.text(row, "7. Time Zone") == "UTC" else None
    return _quote(
        symbol,
        fields.number_in_text(row.get("5. Exchange Rate")),
        _local_time(row.get("6. Last Refreshed"), zone),
        answer,
        method=QUOTE,
        currency=told[1],
        name=f"{told[0]}/{told[1]}",
    )


def _bulk(wanted: Sequence[str], document: fields.Row, answer: Answer) -> Parsed:
    rows = document.get("data")
    if not isinstance(rows, list):
        return {symbol: fields_missing(symbol) for symbol in wanted}
    by_symbol = {
        plain(name): row
        for row in rows
        if isinstance(row, dict) and (name := fields.text(row, "symbol"))
    }
    return {symbol: _bulk_row(symbol, by_symbol.get(plain(symbol)), answer) for symbol in wanted}


def _bulk_row(symbol: str, row: fields.Row | None, answer: Answer) -> Quote | Failure:
    if row is None:
        return fields.no_data(SERVICE, symbol, "it is not in the answer")
    price = fields.number_in_text(row.get("close"))
    previous = fields.positive(fields.number_in_text(row.get("previous_close")))
    change = change_since(price or 0.0, previous)
    return _quote(
        symbol,
        price,
        _local_time(row.get("timestamp"), _NEW_YORK),
        answer,
        method=BULK,
        currency=None,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        day_low=fields.number_in_text(row.get("low")),
        day_high=fields.number_in_text(row.get("high")),
        volume=fields.number_in_text(row.get("volume")),
    )


def _quote(
    symbol: str, price: float | None, as_of: datetime | None, answer: Answer, **rest: Any
) -> Quote | Failure:
    rest |= {"source": SOURCE, "fetched_at": answer.received_at}
    return fields.quote_or_failure(SERVICE, symbol, price, as_of, **rest)


def _local_time(value: Any, zone: ZoneInfo | Any) -> datetime | None:
    if not isinstance(value, str) or zone is None:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


def plain(symbol: str) -> str:
    """The symbol for comparing: BRK-B and BRK.B are one."""
    return symbol.upper().replace("-", ".")
