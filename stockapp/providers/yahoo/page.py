"""Yahoo's page of a quote: the answers of its own services that it carries for its scripts.

Each stands in a <script data-sveltekit-fetched data-url="..."> as JSON with the answer's status,
and its body as text. Only the embedded rows that name the symbol are read, never the shown text.
"""

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote as percent_encoded

import orjson
from selectolax.lexbor import LexborHTMLParser

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.quote import Quote
from stockapp.providers import fields
from stockapp.providers.base import Answer, Parsed, Request, all_failed, failure_of_status
from stockapp.providers.yahoo import shared
from stockapp.providers.yahoo.quote import by_symbol
from stockapp.providers.yahoo.summary import price_module

NAME = "page"
_URL = "https://finance.yahoo.com/quote/"
# Cut out first: parsing the whole page, of a megabyte and more, would hold the hub.
_EMBEDDED = re.compile(rb"<script\b[^>]*\bdata-sveltekit-fetched\b[^>]*>.*?</script>", re.DOTALL)
_CONSENT = re.compile(rb"collectConsent|consent\.yahoo\.com|elm:consent", re.IGNORECASE)
_UNKNOWN = re.compile(rb"symbols similar to|lookup\?s=", re.IGNORECASE)


def request(symbols: Sequence[str]) -> Request:
    """The request for one symbol."""
    headers = {"Accept": "text/html"}
    return Request(f"{_URL}{percent_encoded(symbols[0], safe='')}/", {}, headers, True)


def parse(symbols: Sequence[str], answer: Answer) -> Parsed:
    """A quote or a failure for the symbol."""
    (symbol,) = symbols
    try:
        shared.refuse_rate_limit(answer)
    except fields.BadAnswer as error:
        return all_failed(symbols, error.failure)
    failure = failure_of_status(shared.SERVICE, answer)
    if failure:
        return {symbol: failure}
    outcomes = list(_outcomes(symbol, answer))
    quotes = [outcome for outcome in outcomes if isinstance(outcome, Quote)]
    return {symbol: quotes[0] if quotes else _failure(symbol, outcomes, answer)}


def _outcomes(symbol: str, answer: Answer) -> Iterator[Quote | Failure]:
    for url, body in _embedded(answer.body):
        if "/v7/finance/quote?" in url:
            response = body.get("quoteResponse")
            rows = response.get("result") if isinstance(response, dict) else None
            row = by_symbol(rows).get(symbol.upper()) if isinstance(rows, list) else None
            if row is not None:
                yield shared.quote_of_row(symbol, row, NAME, answer.received_at)
        elif "/v10/finance/quoteSummary/" in url:
            summary = body.get("quoteSummary")
            if isinstance(summary, dict):
                yield price_module(symbol, summary, NAME, answer)


def _embedded(page: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address and the JSON body of each good answer in the page."""
    for match in _EMBEDDED.finditer(page):
        script = LexborHTMLParser(match[0]).css_first("script")
        url = (script.attributes.get("data-url") if script else None) or ""
        if script is None or "finance.yahoo.com/v" not in url:
            continue
        try:
            wrapped = orjson.loads(script.text())
            body = orjson.loads(wrapped["body"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue
        if wrapped.get("status") == HTTPStatus.OK and isinstance(body, dict):
            yield url, body


def _failure(symbol: str, outcomes: Sequence[Quote | Failure], answer: Answer) -> Failure:
    said = [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Failure) and outcome.reason is Reason.NO_DATA
    ]
    if said:
        return said[0]
    if _CONSENT.search(answer.body):
        return Failure(Reason.BLOCKED, "Yahoo asks for a consent before it shows its pages.")
    if _UNKNOWN.search(answer.body):
        return Failure(Reason.NO_DATA, f"Yahoo's page has nothing for {symbol}.")
    return Failure(Reason.BAD_RESPONSE, f"Yahoo sent a page without the data of {symbol}.")
