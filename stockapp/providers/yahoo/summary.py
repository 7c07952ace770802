"""Yahoo's v10 summary, of which the price module: one symbol a request, with a crumb."""

from collections.abc import Sequence
from urllib.parse import quote as percent_encoded

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers import fields
from stockapp.providers.base import Answer, Parsed, Request, all_failed
from stockapp.providers.yahoo import shared

NAME = "summary"
_URL = "https://query1.finance.yahoo.com/v10/finance/quoteSummary/"
# Percents are fractions here: 0.0991 means 9.91 %.
_PERCENT = 100


def request(symbols: Sequence[str]) -> Request:
    """The request for one symbol; the transport adds cookie and crumb."""
    query = {"modules": "price", "formatted": "false"}
    return Request(_URL + percent_encoded(symbols[0], safe=""), query)


def parse(symbols: Sequence[str], answer: Answer) -> Parsed:
    """A quote or a failure for the symbol."""
    (symbol,) = symbols
    try:
        summary = shared.read(answer, "quoteSummary")
    except fields.BadAnswer as error:
        return all_failed(symbols, error.failure)
    return {symbol: price_module(symbol, summary, NAME, answer)}


def price_module(symbol: str, summary: fields.Row, method: str, answer: Answer) -> Quote | Failure:
    """The quote of the price module of a summary."""
    result = summary.get("result")
    first = result[0] if isinstance(result, list) and result else None
    price = first.get("price") if isinstance(first, dict) else None
    if not isinstance(price, dict):
        return Failure(Reason.BAD_RESPONSE, "Yahoo sent a summary without its prices.")
    told = fields.text(price, "symbol") or "no symbol"
    if told.upper() != symbol.upper():
        return fields.other_symbol(shared.SERVICE, symbol, told)
    return shared.quote_of_row(symbol, price, method, answer.received_at, percent_factor=_PERCENT)
