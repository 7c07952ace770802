"""Yahoo's v7 quote: up to 50 symbols in one answer; what it does not know is simply absent."""

from collections.abc import Sequence

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers import fields
from stockapp.providers.base import Answer, Parsed, Request, all_failed
from stockapp.providers.yahoo import shared

NAME = "quote"
# More gave HTTP 429 in the past: see FORMATS.md.
BATCH_SIZE = 50
_URL = "https://query1.finance.yahoo.com/v7/finance/quote"


def request(symbols: Sequence[str]) -> Request:
    """The request for these symbols; the transport adds cookie and crumb."""
    return Request(_URL, {"symbols": ",".join(symbols), "formatted": "false"})


def parse(symbols: Sequence[str], answer: Answer) -> Parsed:
    """A quote or a failure for each symbol."""
    try:
        rows = shared.read(answer, "quoteResponse").get("result")
    except fields.BadAnswer as error:
        return all_failed(symbols, error.failure)
    if not isinstance(rows, list):
        failure = Failure(Reason.BAD_RESPONSE, "Yahoo sent an answer without its list of quotes.")
        return all_failed(symbols, failure)
    found = by_symbol(rows)
    if found and not any(symbol.upper() in found for symbol in symbols):
        failure = fields.other_symbol(shared.SERVICE, ", ".join(symbols), ", ".join(found))
        return all_failed(symbols, failure)
    return {symbol: _outcome(symbol, found.get(symbol.upper()), answer) for symbol in symbols}


def by_symbol(rows: Sequence[object]) -> dict[str, fields.Row]:
    """The rows that name their symbol, by it in upper case."""
    return {
        name.upper(): row
        for row in rows
        if isinstance(row, dict) and (name := fields.text(row, "symbol"))
    }


def _outcome(symbol: str, row: fields.Row | None, answer: Answer) -> Quote | Failure:
    if row is None:
        return Failure(Reason.NOT_FOUND, f"Yahoo does not know {symbol}.")
    return shared.quote_of_row(symbol, row, NAME, answer.received_at)
