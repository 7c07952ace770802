"""Yahoo's v8 spark: the day's closes of up to 20 symbols, without crumb and without currency."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote, change_since
from stockapp.providers import fields
from stockapp.providers.base import Answer, Parsed, Request, all_failed
from stockapp.providers.yahoo import shared

NAME = "spark"
# One more, and the whole request is refused (HTTP 400).
BATCH_SIZE = 20
_URL = "https://query1.finance.yahoo.com/v8/finance/spark"


def request(symbols: Sequence[str]) -> Request:
    """The request for these symbols. Bars of five minutes tell when the last price was made."""
    return request_of(symbols, span="1d", interval="5m")


def request_of(symbols: Sequence[str], *, span: str, interval: str) -> Request:
    """The request for so long a time, in bars of that length."""
    query = {"symbols": ",".join(symbols), "range": span, "interval": interval}
    return Request(_URL, query)


def parse(symbols: Sequence[str], answer: Answer) -> Parsed:
    """A quote or a failure for each symbol; what Yahoo does not know is simply absent."""
    try:
        found = parts(symbols, answer)
    except fields.BadAnswer as error:
        return all_failed(symbols, error.failure)
    return {symbol: _outcome(symbol, found.get(symbol.upper()), answer) for symbol in symbols}


def parts(symbols: Sequence[str], answer: Answer) -> dict[str, Any]:
    """What the answer holds, by symbol in upper case. Raises BadAnswer."""
    document = shared.document(answer)
    if document and not any(isinstance(part, dict) for part in document.values()):
        detail = "Yahoo sent an answer without its list of prices."
        raise fields.BadAnswer(Failure(Reason.BAD_RESPONSE, detail))
    found = {name.upper(): part for name, part in document.items()}
    if found and not any(symbol.upper() in found for symbol in symbols):
        asked = ", ".join(symbols)
        raise fields.BadAnswer(fields.other_symbol(shared.SERVICE, asked, ", ".join(found)))
    return found


def _outcome(symbol: str, part: Any, answer: Answer) -> Quote | Failure:
    if not isinstance(part, dict):
        # It leaves out what it has no bars for, too: this does not make the symbol unknown.
        return shared.no_data(symbol, "it is not in the answer")
    told = fields.text(part, "symbol") or "no symbol"
    if told.upper() != symbol.upper():
        return fields.other_symbol(shared.SERVICE, symbol, told)
    at, price = next(_closes_from_last(part), (None, None))
    # `previousClose` is often null; for a range of one day `chartPreviousClose` is yesterday's.
    previous = fields.positive(part.get("previousClose")) or fields.positive(
        part.get("chartPreviousClose")
    )
    change = change_since(price or 0.0, previous)
    return shared.quote_or_failure(
        symbol,
        price,
        at,
        currency=None,
        method=NAME,
        fetched_at=answer.received_at,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
    )


def _closes_from_last(part: fields.Row) -> Iterator[tuple[datetime, float]]:
    """The bars that have a close, the last first. Pauses of the exchange leave nulls."""
    times, closes = part.get("timestamp"), part.get("close")
    if not isinstance(times, list) or not isinstance(closes, list) or len(times) != len(closes):
        return
    for time, close in zip(reversed(times), reversed(closes), strict=True):
        if close is None:
            continue
        at, price = fields.instant(time), fields.positive(close)
        if at is None or price is None:
            # Nonsense, not a pause: an older bar must not be taken for the last.
            return
        yield at, price
