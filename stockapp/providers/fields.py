"""Reading fields of answers that may be missing, of another type, or nonsense."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

from stockapp.domain import moment
from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import NotAPrice, Quote
from stockapp.providers.base import Answer

Row = Mapping[str, Any]

_CURRENCY = re.compile(r"[A-Za-z]{3}")


class BadAnswer(Exception):
    """The answer as a whole gives no quote; the failure says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


def document(service: str, answer: Answer) -> Any:
    """The answer's JSON document. Raises BadAnswer."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise BadAnswer(not_understood(service, answer)) from None


def not_understood(service: str, answer: Answer) -> Failure:
    """That an answer is not what it should be, and what it is instead."""
    what = "an empty answer"
    if answer.body.strip():
        what = "a web page" if b"<html" in answer.body[:2000].lower() else "something unreadable"
    return Failure(Reason.BAD_RESPONSE, f"{service} sent {what} in place of quotes.")


def text(row: Row, *names: str) -> str | None:
    """The first of these fields that holds words."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def currency(value: Any) -> str | None:
    """A currency code. Services write pence as GBX or GBp, and some write usd."""
    told = value.strip() if isinstance(value, str) else ""
    if not _CURRENCY.fullmatch(told):
        return None
    return "GBp" if told == "GBX" else told.upper() if told.islower() else told


def real(value: Any) -> float | None:
    """A finite number; True, "12" and NaN are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def positive(value: Any) -> float | None:
    """A finite number above 0, such as a previous close, which is unknown rather than 0."""
    number = real(value)
    return number if number is not None and number > 0 else None


def number_in_text(value: Any) -> float | None:
    """A number that a service writes as a string: "218.3700"; anything else is none."""
    if not isinstance(value, str) or not value.isascii():
        return None
    digits = value.removeprefix("-").replace(".", "", 1)
    return real(float(value)) if digits.isdigit() else None


def instant(value: Any) -> datetime | None:
    """An instant from seconds since 1970."""
    seconds = positive(value)
    if seconds is None:
        return None
    try:
        return moment.from_epoch(seconds)
    except (ValueError, OverflowError, OSError):
        return None


def trading_day(value: Any) -> datetime | None:
    """A trading day as 00:00 UTC, from text that begins with YYYY-MM-DD."""
    if not isinstance(value, str):
        return None
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def no_data(service: str, symbol: str, why: str) -> Failure:
    """A symbol that the service may know, but gives no price for."""
    return Failure(Reason.NO_DATA, f"{service} has no price for {symbol}: {why}.")


def other_symbol(service: str, symbol: str, told: str) -> Failure:
    """An answer for something else than was asked for."""
    detail = f"{service} was asked for {symbol[:60]} and answered for {told[:60]}."
    return Failure(Reason.BAD_RESPONSE, detail)


def quote_or_failure(
    service: str, symbol: str, price: float | None, as_of: datetime | None, **quote_fields: Any
) -> Quote | Failure:
    """The quote, unless its price or its time is none."""
    if price is None:
        return no_data(service, symbol, "the answer holds no price")
    if as_of is None:
        return no_data(service, symbol, "the answer does not say when the price was made")
    try:
        return Quote(symbol=symbol, price=price, as_of=as_of, **quote_fields)
    except NotAPrice:
        return no_data(service, symbol, f"it gives {price:g} as the price")
