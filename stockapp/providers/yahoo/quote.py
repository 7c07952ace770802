"""Yahoo's v7 quote: up to 50 symbols in one answer; what it does not know is simply absent."""

from collections.abc import Sequence

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import MarketState, Quote
from stockapp.providers.base import Answer, Parsed, Request, all_failed
from stockapp.providers.yahoo import shared

NAME = "quote"
# More gave HTTP 429 in the past: see FORMATS.md.
BATCH_SIZE = 50
_URL = "https://query1.finance.yahoo.com/v7/finance/quote"
_STATES = {
    "PREPRE": MarketState.PRE,
    "PRE": MarketState.PRE,
    "REGULAR": MarketState.REGULAR,
    "POST": MarketState.POST,
    "POSTPOST": MarketState.POST,
    "CLOSED": MarketState.CLOSED,
}


def request(symbols: Sequence[str]) -> Request:
    """The request for these symbols; the transport adds cookie and crumb."""
    return Request(_URL, {"symbols": ",".join(symbols), "formatted": "false"})


def parse(symbols: Sequence[str], answer: Answer) -> Parsed:
    """A quote or a failure for each symbol.

    The price is that of the regular session, also before and after hours, and so is its time.
    """
    try:
        rows = shared.read(answer, "quoteResponse").get("result")
    except shared.BadAnswer as error:
        return all_failed(symbols, error.failure)
    if not isinstance(rows, list):
        failure = Failure(Reason.BAD_RESPONSE, "Yahoo sent an answer without its list of quotes.")
        return all_failed(symbols, failure)
    by_symbol = {
        name.upper(): row
        for row in rows
        if isinstance(row, dict) and (name := shared.text(row, "symbol"))
    }
    return {symbol: _outcome(symbol, by_symbol.get(symbol.upper()), answer) for symbol in symbols}


def _outcome(symbol: str, row: shared.Row | None, answer: Answer) -> Quote | Failure:
    if row is None:
        return Failure(Reason.NOT_FOUND, f"Yahoo does not know {symbol}.")
    if row.get("quoteType") == "NONE":
        return shared.no_data(symbol, "the symbol was renamed or delisted")
    price = shared.real(row, "regularMarketPrice")
    previous = shared.previous_close(shared.real(row, "regularMarketPreviousClose"))
    change = shared.told_change(row, price or 0.0, previous)
    return shared.quote_or_failure(
        symbol,
        price,
        shared.instant(row, "regularMarketTime"),
        currency=shared.text(row, "currency"),
        method=NAME,
        fetched_at=answer.received_at,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        market_state=_STATES.get(shared.text(row, "marketState") or ""),
        exchange=shared.text(row, "fullExchangeName", "exchange"),
        delay_minutes=shared.delay(row),
        name=shared.text(row, "longName", "shortName"),
    )
