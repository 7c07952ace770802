"""Google Finance: no key and no interface, only pages, of which two layouts are served.

Both carry the same data for their scripts, in a call AF_initDataCallback({key: 'ds:2', ...}); where
it is missing, the old layout has attributes. Shown text is localised and never read. A page for an
unknown symbol holds dozens of other instruments, so the identity comes before any number.
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.money import minor_unit
from stockapp.domain.quote import Quote, change_since
from stockapp.providers import fields, symbols
from stockapp.providers.base import (
    Answer,
    FollowUp,
    Method,
    Parsed,
    Provider,
    Request,
    failure_of_status,
)

SERVICE = "Google Finance"
SOURCE = "google"
PAGE = "page"
_URL = "https://www.google.com/finance/quote/"
_HEADERS = {
    "Accept": "text/html",
    "Accept-Language": "en",
    # Without a browser's name Google sends another page; without the cookie, Europe a consent.
    "User-Agent": (
        "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/146.0.0.0 Safari/537.36"
    ),
    "Cookie": "CONSENT=YES+cb",
}
_DATA = re.compile(r"AF_initDataCallback\(\{key: 'ds:2',[^\[]{0,40}data:")
_DETAILS = re.compile(r"AF_initDataCallback\(\{key: 'ds:\d+',[^\[]{0,40}data:(?=\[{3}\[null,)")
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
_PRICE_TAG = re.compile(r"<div\b[^>]*\bdata-last-price=[^>]*>")
_CONSENT = re.compile(r"https://consent\.google\.com/")
# Remembered exchanges of US shares, so that the next request goes to the right one at once.
_MOST_REMEMBERED = 5_000


class Google(Provider):
    """One method, `page`. For a share of the USA the exchanges are tried in turn, then kept."""

    name = SOURCE
    title = SERVICE
    hosts = ("www.google.com",)

    def __init__(self, concurrency: int = 4) -> None:
        self.methods = (Method(PAGE, 1, concurrency),)
        self._found: dict[str, str] = {}

    def supports(self, method: str, symbol: str) -> bool:
        """What the table of symbols translates."""
        return bool(symbols.google(symbol))

    def request(self, method: str, wanted: Sequence[str]) -> Request:
        """The page of the symbol, on the exchange where it was found before, or may be."""
        return _request(self._found.get(wanted[0]) or symbols.google(wanted[0])[0])

    def parse(self, method: str, wanted: Sequence[str], answer: Answer) -> Parsed | FollowUp:
        """The quote of the page, or the page of the next exchange to be tried."""
        (symbol,) = wanted
        failure = failure_of_status(SERVICE, answer)
        if failure:
            return {symbol: failure}
        names = symbols.google(symbol)
        name = unquote(answer.asked.removeprefix(_URL)) or names[0]
        outcome = _outcome(symbol, name, answer)
        if outcome is None:
            following = names[names.index(name) + 1 :] if name in names else ()
            if following:
                return FollowUp(_request(following[0]))
            self._found.pop(symbol, None)
            return {symbol: _unknown(symbol, names)}
        if isinstance(outcome, Quote) and len(self._found) < _MOST_REMEMBERED:
            self._found[symbol] = name
        return {symbol: outcome}


def _request(name: str) -> Request:
    url = _URL + percent_encoded(name, safe=":")
    return Request(url, {"hl": "en", "gl": "us"}, _HEADERS, follow_redirects=True)


def _unknown(symbol: str, names: Sequence[str]) -> Failure:
    # The exchange is the table's guess: that it is not listed there does not make it unknown.
    return fields.no_data(SERVICE, symbol, f"nothing is listed as {', '.join(names)}")


def _outcome(symbol: str, name: str, answer: Answer) -> Quote | Failure | None:
    """The quote of the page; None when it is the page of no instrument."""
    text = answer.text
    canonical = _CANONICAL.search(text)
    address = unquote(html.unescape(canonical[1])).rstrip("/") if canonical else ""
    if address and not address.endswith("/quote/" + name):
        told = address.rpartition("/quote/")[2] if "/quote/" in address else ""
        return fields.other_symbol(SERVICE, symbol, told) if told else None
    data = _DATA.search(text)
    if data is not None:
        row, present = _row(text, data.end())
        if row is not None:
            return _of_row(symbol, name, row, address, answer, _details(text, row))
        if present:
            return None
    tag = _PRICE_TAG.search(text)
    if tag is not None:
        return _of_tag(symbol, name, tag[0], address, answer)
    if _CONSENT.search(text):
        return Failure(Reason.BLOCKED, f"{SERVICE} asks for a consent before it shows its pages.")
    return fields.not_understood(SERVICE, answer)


def _row(text: str, start: int) -> tuple[list[Any] | None, bool]:
    """The instrument's row of the data, and whether the data could be read at all."""
    try:
        data, _ = json.JSONDecoder().raw_decode(text, start)
        row = data[0][0][0]
    except (ValueError, IndexError, TypeError, KeyError, RecursionError):
        return None, False
    return (row if isinstance(row, list) and len(row) > _LEAST_ROW else None), True


# Places in what the new layout tells of one instrument, whose last is its row again.
_LOW, _HIGH, _NAMED, _CAP, _VOLUME, _ROW = 4, 5, 13, 16, 17, 19


def _details(text: str, row: list[Any]) -> dict[str, float | None]:
    """The day's range, the volume and the market cap, where the page tells them of this very row.

    Without a currency of whole units it is not sure in which unit the market cap is.
    """
    for found in _DETAILS.finditer(text):
        try:
            data, _ = json.JSONDecoder().raw_decode(text, found.end())
            told = data[0][0]
            same = told[_ROW][: _PREVIOUS + 1] == row[: _PREVIOUS + 1]
            named = _identity(row[_IDENTITY])
        except (ValueError, IndexError, TypeError, KeyError, RecursionError):
            continue
        if not same or not named or told[_NAMED] != named:
            continue
        currency = fields.currency(row[_CURRENCY])
        whole = currency is not None and minor_unit(currency) is None
        return {
            "day_low": fields.real(told[_LOW]),
            "day_high": fields.real(told[_HIGH]),
            # Of an index it is 0, which means that it has none.
            "volume": fields.positive(told[_VOLUME]),
            "market_cap": fields.positive(told[_CAP]) if whole else None,
        }
    return {}


# A row's places: see FORMATS.md, section 5.
_NAME, _IDENTITY, _CURRENCY, _PRICE, _PREVIOUS, _PAIR, _TRADED = 2, 1, 4, 5, 7, 15, 17
_LEAST_ROW = _TRADED


def _of_row(
    symbol: str,
    name: str,
    row: list[Any],
    address: str,
    answer: Answer,
    details: Mapping[str, float | None],
) -> Quote | Failure:
    pair = symbols.pair(symbol)
    if pair:
        told = _texts(row[_PAIR])
        if not (set(pair) <= told or (address and not told)):
            return fields.other_symbol(SERVICE, symbol, " ".join(sorted(told)) or "nothing named")
    else:
        told_name = _identity(row[_IDENTITY])
        if told_name.upper() != name.upper():
            return fields.other_symbol(SERVICE, symbol, told_name or "nothing named")
    price = _first(row[_PRICE])
    return _quote(
        symbol,
        fields.real(price),
        fields.instant(_first(row[_TRADED])),
        answer,
        currency=pair[1] if pair else fields.currency(row[_CURRENCY]),
        previous_close=fields.positive(row[_PREVIOUS]),
        exchange=None if pair else name.rpartition(":")[2],
        name=row[_NAME] if isinstance(row[_NAME], str) else None,
        **details,
    )


def _of_tag(symbol: str, name: str, tag: str, address: str, answer: Answer) -> Quote | Failure:
    """The quote of the old layout's attributes, which name a pair, but of a share the exchange."""
    div = LexborHTMLParser(tag).css_first("div")
    found = dict(div.attributes) if div else {}
    pair = symbols.pair(symbol)
    if pair:
        told = (found.get("data-source"), found.get("data-target"))
        known = told == pair
    else:
        told = (address.rpartition("/")[2], found.get("data-exchange"))
        known = told == (name, name.rpartition(":")[2])
    if not known:
        return fields.other_symbol(SERVICE, symbol, "/".join(part or "?" for part in told))
    seconds = fields.number_in_text(found.get("data-last-normal-market-timestamp"))
    return _quote(
        symbol,
        fields.number_in_text(found.get("data-last-price")),
        fields.instant(seconds),
        answer,
        currency=pair[1] if pair else fields.currency(found.get("data-currency-code")),
        exchange=None if pair else found.get("data-exchange"),
    )


def _quote(
    symbol: str, price: float | None, as_of: datetime | None, answer: Answer, **rest: Any
) -> Quote | Failure:
    change = change_since(price or 0.0, rest.get("previous_close"))
    return fields.quote_or_failure(
        SERVICE,
        symbol,
        price,
        as_of,
        source=SOURCE,
        method=PAGE,
        fetched_at=answer.received_at,
        change=change.amount,
        change_percent=change.percent,
        **rest,
    )


def _identity(value: Any) -> str:
    """["AAPL", "NASDAQ"] or ["AAPL", ["NASDAQ"]] as AAPL:NASDAQ; "" for anything else."""
    match value:
        case [str() as ticker, str() as exchange] | [str() as ticker, [str() as exchange, *_]]:
            return f"{ticker}:{exchange}"
    return ""


def _texts(value: Any) -> set[str]:
    """All texts in a nested list."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, list):
        return {text for part in value for text in _texts(part)}
    return set()


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None
