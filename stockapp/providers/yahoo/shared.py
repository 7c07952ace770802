"""What Yahoo's answers have in common: error bodies, and fields that may be missing or wrong."""

import math
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from stockapp.domain import moment
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Change, NotAPrice, Quote, change_since
from stockapp.providers.base import Answer, failure_of_status, retry_after

SERVICE = "Yahoo"
SOURCE = "yahoo"

Row = Mapping[str, Any]


class BadAnswer(Exception):
    """The answer as a whole gives no quote; the failure says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def read(answer: Answer, root: str) -> Row:
    """The object below `root` of an answer. Raises BadAnswer.

    The status comes before the body: a 429's body is plain text, and speaks of the caller, never
    of the symbol.
    """
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.text.startswith("Too Many Requests"):
        detail = "Yahoo limits the rate of requests from this address (HTTP 429)."
        raise BadAnswer(Failure(Reason.RATE_LIMITED, detail, retry_after(answer)))
    document = _document(answer)
    error = _error(document)
    if error is not None:
        raise BadAnswer(_failure_of_error(answer, error))
    failure = failure_of_status(SERVICE, answer)
    if failure:
        raise BadAnswer(failure)
    below = document.get(root) if document else None
    if not isinstance(below, dict):
        raise BadAnswer(_not_understood(answer))
    return below


def text(row: Row, *names: str) -> str | None:
    """The first of these fields that holds words."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def real(row: Row, name: str) -> float | None:
    """A finite number; True, "12" and NaN are none."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def instant(row: Row, name: str) -> datetime | None:
    """An instant from seconds since 1970."""
    seconds = real(row, name)
    if seconds is None or seconds <= 0:
        return None
    try:
        return moment.from_epoch(seconds)
    except (ValueError, OverflowError, OSError):
        return None


def delay(row: Row) -> int | None:
    """By how many minutes the exchange's data is delayed."""
    minutes = real(row, "exchangeDataDelayedBy")
    return int(minutes) if minutes is not None and minutes >= 0 else None


def previous_close(value: float | None) -> float | None:
    """A previous close, which is unknown rather than zero."""
    return value if value is not None and value > 0 else None


def told_change(row: Row, price: float, previous: float | None) -> Change:
    """The change as the source tells it, else as it follows from the previous close."""
    computed = change_since(price, previous)
    amount = real(row, "regularMarketChange")
    percent = real(row, "regularMarketChangePercent")
    return Change(
        computed.amount if amount is None else amount,
        computed.percent if percent is None else percent,
    )


def no_data(symbol: str, why: str) -> Failure:
    """A symbol that Yahoo knows, but has no price for."""
    return Failure(Reason.NO_DATA, f"Yahoo has no price for {symbol}: {why}.")


def quote_or_failure(
    symbol: str, price: float | None, as_of: datetime | None, **fields: Any
) -> Quote | Failure:
    """The quote, unless its price or its time is none."""
    if price is None:
        return no_data(symbol, "the answer holds no price")
    if as_of is None:
        return no_data(symbol, "the answer does not say when the price was made")
    try:
        return Quote(symbol=symbol, price=price, as_of=as_of, source=SOURCE, **fields)
    except NotAPrice:
        return no_data(symbol, f"it gives {price:g} as the price")


def _document(answer: Answer) -> dict[str, Any] | None:
    """The answer's JSON object; None where an error status comes with something else."""
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict):
        return document
    if answer.status == HTTPStatus.OK:
        raise BadAnswer(_not_understood(answer))
    return None


def _error(document: dict[str, Any] | None) -> Row | None:
    """The error of a body, whose root is not always that of the endpoint."""
    for part in (document or {}).values():
        if isinstance(part, dict) and isinstance(part.get("error"), dict):
            error: Row = part["error"]
            return error
    return None


def _failure_of_error(answer: Answer, error: Row) -> Failure:
    code, words = text(error, "code") or "", text(error, "description") or "no description"
    detail = f"Yahoo says: {words} (HTTP {answer.status})."
    if answer.status == HTTPStatus.UNAUTHORIZED or code == "Unauthorized":
        return Failure(Reason.UNAUTHORIZED, detail)
    if answer.status == HTTPStatus.NOT_FOUND or code == "Not Found":
        return Failure(Reason.NOT_FOUND, detail)
    if words.startswith("Data doesn't exist"):
        return Failure(Reason.NO_DATA, detail)
    failure = failure_of_status(SERVICE, answer)
    return Failure(failure.reason if failure else Reason.BAD_RESPONSE, detail)


def _not_understood(answer: Answer) -> Failure:
    what = "an empty answer"
    if answer.body.strip():
        what = "a web page" if b"<html" in answer.body[:2000].lower() else "something unreadable"
    return Failure(Reason.BAD_RESPONSE, f"Yahoo sent {what} in place of quotes.")
