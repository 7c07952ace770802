"""Financial Modeling Prep, its /stable interface: a success is a list, anything else an error.

The free plan gives 250 answers a day for some large shares of the USA, one symbol a request. A
list of symbols has its own address, on paid plans; on the other it silently gives nothing.
"""

from collections.abc import Sequence
from http import HTTPStatus

import orjson

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
    retry_after,
)

SERVICE = "Financial Modeling Prep"
SOURCE = "fmp"
QUOTE, BATCH = "quote", "batch"
_URL = "https://financialmodelingprep.com/stable/"
_BATCH_SIZE = 100
_NOT_IN_PLAN = "does not include this in the plan of this key"

_BY_WORDS: tuple[tuple[str, Reason, str], ...] = (
    ("limit reach", Reason.QUOTA_EXHAUSTED, "gives no more answers today to this key"),
    ("invalid api key", Reason.UNAUTHORIZED, "refused the key; see FMP_API_KEY"),
    # This says something of the symbol, the others of the address.
    ("premium query parameter", Reason.UNSUPPORTED_SYMBOL, "does not include this symbol"),
    ("special endpoint", Reason.UNSUPPORTED_SYMBOL, "does not include this symbol"),
    ("restricted endpoint", Reason.ACCESS_DENIED, _NOT_IN_PLAN),
    ("exclusive endpoint", Reason.ACCESS_DENIED, _NOT_IN_PLAN),
    ("legacy endpoint", Reason.ACCESS_DENIED, _NOT_IN_PLAN),
)


class Fmp(Provider):
    """`quote` for one symbol; before it `batch` for many, where the plan has it."""

    name = SOURCE
    title = SERVICE
    hosts = ("financialmodelingprep.com",)
    key_name = "FMP_API_KEY"

    def __init__(self, key: str, *, a_day: int, batch: bool, concurrency: int = 4) -> None:
        self.key = key
        self.quotas = quotas(day=a_day)
        single = Method(QUOTE, 1, concurrency)
        self.methods = (Method(BATCH, _BATCH_SIZE, concurrency), single) if batch else (single,)

    def supports(self, method: str, symbol: str) -> bool:
        """Shares, indices, pairs, and a few futures."""
        return symbols.fmp(symbol) is not None

    def request(self, method: str, wanted: Sequence[str]) -> Request:
        """The request of that method for these symbols."""
        names = ",".join(symbols.fmp(symbol) or "" for symbol in wanted)
        if method == BATCH:
            return Request(_URL + "batch-quote", {"symbols": names, "apikey": self.key})
        return Request(_URL + "quote", {"symbol": names, "apikey": self.key})

    def parse(self, method: str, wanted: Sequence[str], answer: Answer) -> Parsed:
        """What the answer says of each of them."""
        try:
            rows = rows_of(answer)
        except fields.BadAnswer as error:
            return all_failed(wanted, error.failure)
        by_name = {
            name.upper(): row
            for row in rows
            if isinstance(row, dict) and (name := fields.text(row, "symbol"))
        }
        if method == QUOTE and rows and (symbols.fmp(wanted[0]) or "") not in by_name:
            told = next(iter(by_name), "no symbol")
            return {wanted[0]: fields.other_symbol(SERVICE, wanted[0], told)}
        return {
            symbol: _outcome(symbol, by_name.get(symbols.fmp(symbol) or ""), method, answer)
            for symbol in wanted
        }


def rows_of(answer: Answer) -> list[object]:
    """The rows of a success. Raises BadAnswer for all else, whatever its status."""
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, list) and answer.status == HTTPStatus.OK:
        return document
    words = fields.text(document, "Error Message") if isinstance(document, dict) else answer.text
    raise fields.BadAnswer(_failure(answer, words or ""))


def _failure(answer: Answer, words: str) -> Failure:
    lower = words[:1000].lower()
    for mark, reason, what in _BY_WORDS:
        if mark in lower:
            return Failure(reason, f"{SERVICE} {what}.", retry_after(answer))
    if answer.status == HTTPStatus.PAYMENT_REQUIRED:
        return Failure(Reason.ACCESS_DENIED, f"{SERVICE} {_NOT_IN_PLAN}.")
    return failure_of_status(SERVICE, answer) or fields.not_understood(SERVICE, answer)


def _outcome(symbol: str, row: fields.Row | None, method: str, answer: Answer) -> Quote | Failure:
    if row is None:
        # An empty list may mean an unknown symbol as well as one outside of the plan.
        return fields.no_data(SERVICE, symbol, "it is not in the answer")
    price = fields.real(row.get("price"))
    previous = fields.positive(row.get("previousClose"))
    change = change_since(price or 0.0, previous)
    pair = symbols.pair(symbol)
    return fields.quote_or_failure(
        SERVICE,
        symbol,
        price,
        fields.instant(row.get("timestamp")),
        # It tells no currency; a pair names its own.
        currency=pair[1] if pair else None,
        source=SOURCE,
        method=method,
        fetched_at=answer.received_at,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        exchange=fields.text(row, "exchange"),
        name=fields.text(row, "name"),
        day_low=fields.real(row.get("dayLow")),
        day_high=fields.real(row.get("dayHigh")),
        year_low=fields.real(row.get("yearLow")),
        year_high=fields.real(row.get("yearHigh")),
        # Of pairs it does not say in what these are counted.
        volume=None if pair else fields.real(row.get("volume")),
        market_cap=None if pair else fields.real(row.get("marketCap")),
    )
