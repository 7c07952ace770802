"""What Yahoo's answers have in common: error bodies, and rows of v7 and v10."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.money import in_major_units
from stockapp.domain.quote import Change, MarketState, Quote, change_since
from stockapp.providers import fields
from stockapp.providers.base import Answer, failure_of_status, retry_after
from stockapp.providers.fields import BadAnswer, Row

SERVICE = "Yahoo"
SOURCE = "yahoo"

_STATES = {
    "PREPRE": MarketState.PRE,
    "PRE": MarketState.PRE,
    "REGULAR": MarketState.REGULAR,
    "POST": MarketState.POST,
    "POSTPOST": MarketState.POST,
    "CLOSED": MarketState.CLOSED,
}
# What is counted in units; coins are told in money, indices and currencies mostly as 0.
_IN_UNITS = frozenset({"EQUITY", "ETF", "MUTUALFUND", "FUTURE", "OPTION"})


def read(answer: Answer, root: str) -> Row:
    """The object below `root` of an answer. Raises BadAnswer."""
    below = document(answer).get(root)
    if not isinstance(below, dict):
        raise BadAnswer(fields.not_understood(SERVICE, answer))
    return below


def document(answer: Answer) -> dict[str, Any]:
    """The JSON object of a good answer. Raises BadAnswer for all others.

    The status comes before the body: a 429's body is plain text, and speaks of the caller, never
    of the symbol.
    """
    refuse_rate_limit(answer)
    found = _document(answer)
    error = _error(found)
    if error is not None:
        raise BadAnswer(_failure_of_error(answer, error))
    failure = failure_of_status(SERVICE, answer)
    if failure:
        raise BadAnswer(failure)
    return found or {}


def refuse_rate_limit(answer: Answer) -> None:
    """Raise BadAnswer for a 429, which may come with any body, and for its words with a 200."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.text[:100].startswith(
        ("Too Many Requests", "Edge: Too Many Requests")
    ):
        detail = "Yahoo limits the rate of requests from this address (HTTP 429)."
        raise BadAnswer(Failure(Reason.RATE_LIMITED, detail, retry_after(answer)))


def quote_of_row(
    symbol: str, row: Row, method: str, received_at: datetime, *, percent_factor: float = 1
) -> Quote | Failure:
    """The quote of a row of v7, or of v10's price module, where percents are fractions.

    The price is that of the regular session, also before and after hours, and so is its time.
    """
    if row.get("quoteType") == "NONE":
        return no_data(symbol, "the symbol was renamed or delisted")
    price = number(row, "regularMarketPrice")
    previous = fields.positive(plain(row.get("regularMarketPreviousClose")))
    change = told_change(row, price or 0.0, previous, percent_factor)
    return quote_or_failure(
        symbol,
        price,
        fields.instant(plain(row.get("regularMarketTime"))),
        currency=fields.currency(row.get("currency")),
        method=method,
        fetched_at=received_at,
        previous_close=previous,
        change=change.amount,
        change_percent=change.percent,
        market_state=_STATES.get(fields.text(row, "marketState") or ""),
        exchange=fields.text(row, "fullExchangeName", "exchangeName", "exchange"),
        delay_minutes=delay(row),
        name=fields.text(row, "longName", "shortName"),
        rolling_24h=is_rolling(row),
        **of_the_day(row),
    )


def of_the_day(row: Row) -> dict[str, float | None]:
    """The ranges, the volume and the market cap of a row or of a chart's description."""
    day = number(row, "regularMarketDayLow"), number(row, "regularMarketDayHigh")
    year = number(row, "fiftyTwoWeekLow"), number(row, "fiftyTwoWeekHigh")
    if day == year:
        # Charts of some spans tell the day's range in place of the year's.
        year = None, None
    return {
        "day_low": day[0],
        "day_high": day[1],
        "year_low": year[0],
        "year_high": year[1],
        "volume": _volume(row),
        "market_cap": number(row, "marketCap"),
    }


def _volume(row: Row) -> float | None:
    """The day's volume in units; None for what is counted otherwise, or cannot be right.

    At times Yahoo tells some thousand millions for a company that has fewer shares than that.
    """
    told = number(row, "regularMarketVolume")
    kind = fields.text(row, "quoteType", "instrumentType")
    if told is None or kind == "CRYPTOCURRENCY" or (told == 0 and kind not in _IN_UNITS):
        return None
    price, _ = in_major_units(
        number(row, "regularMarketPrice") or 0.0, fields.currency(row.get("currency"))
    )
    worth = number(row, "marketCap")
    return None if kind == "EQUITY" and worth and told * price > worth else told


def plain(value: Any) -> Any:
    """The value of a field, which may be wrapped: {"raw": 1.5, "fmt": "1.50"}; {} is none."""
    return value.get("raw") if isinstance(value, dict) else value


def number(row: Row, name: str) -> float | None:
    """A finite number, wrapped or not."""
    return fields.real(plain(row.get(name)))


def delay(row: Row) -> int | None:
    """By how many minutes the exchange's data is delayed."""
    minutes = number(row, "exchangeDataDelayedBy")
    return int(minutes) if minutes is not None and minutes >= 0 else None


def told_change(
    row: Row, price: float, previous: float | None, percent_factor: float = 1
) -> Change:
    """The change as the source tells it, else as it follows from the previous close."""
    computed = change_since(price, previous)
    amount = number(row, "regularMarketChange")
    percent = number(row, "regularMarketChangePercent")
    return Change(
        computed.amount if amount is None else amount,
        computed.percent if percent is None else percent * percent_factor,
    )


def is_rolling(row: Row) -> bool:
    """Whether the change that Yahoo tells is over 24 hours, as it is for coins.

    Their previous close is that of midnight UTC: the two may even differ in sign.
    """
    coin = "CRYPTOCURRENCY" in (row.get("quoteType"), row.get("instrumentType"))
    return coin and number(row, "regularMarketChange") is not None


def no_data(symbol: str, why: str) -> Failure:
    """A symbol that Yahoo knows, but has no price for."""
    return fields.no_data(SERVICE, symbol, why)


def quote_or_failure(
    symbol: str, price: float | None, as_of: datetime | None, **quote_fields: Any
) -> Quote | Failure:
    """The quote, unless its price or its time is none."""
    return fields.quote_or_failure(SERVICE, symbol, price, as_of, source=SOURCE, **quote_fields)


def _document(answer: Answer) -> dict[str, Any] | None:
    """The answer's JSON object; None where an error status comes with something else."""
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, dict):
        return found
    if answer.status == HTTPStatus.OK:
        raise BadAnswer(fields.not_understood(SERVICE, answer))
    return None


def _error(found: dict[str, Any] | None) -> Row | None:
    """The error of a body, whose root is not always that of the endpoint."""
    for part in (found or {}).values():
        if isinstance(part, dict) and isinstance(part.get("error"), dict):
            error: Row = part["error"]
            return error
    return None


def _failure_of_error(answer: Answer, error: Row) -> Failure:
    code = fields.text(error, "code") or ""
    words = fields.text(error, "description") or "no description"
    detail = f"Yahoo says: {words} (HTTP {answer.status})."
    if answer.status == HTTPStatus.UNAUTHORIZED or code == "Unauthorized":
        return Failure(Reason.UNAUTHORIZED, detail)
    # v10: the symbol may well exist, and only this part of it does not.
    if words.startswith(("Data doesn't exist", "No fundamentals data found")):
        return Failure(Reason.NO_DATA, detail)
    if answer.status == HTTPStatus.NOT_FOUND or code == "Not Found":
        return Failure(Reason.NOT_FOUND, detail)
    failure = failure_of_status(SERVICE, answer)
    return Failure(failure.reason if failure else Reason.BAD_RESPONSE, detail)
