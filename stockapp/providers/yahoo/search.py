"""Yahoo's search by names, symbols and ISINs; no crumb needed. It tells no currency."""

from collections.abc import Iterator
from dataclasses import replace

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.listing import Listing
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request
from stockapp.providers.searching import Listings, Searcher, usable
from stockapp.providers.yahoo import profile, shared

_URL = "https://query1.finance.yahoo.com/v1/finance/search"
# More than anybody is shown, as some of it is left out.
_MOST = "20"
# Its many options on a share would crowd out everything else.
_OPTION = "OPTION"


class YahooSearch(Searcher):
    """One request for any text."""

    name = shared.SOURCE
    title = shared.SERVICE

    def request(self, text: str) -> Request:
        """The request for what fits the text."""
        return Request(_URL, {"q": text, "quotesCount": _MOST, "newsCount": "0"})

    def parse(self, text: str, answer: Answer) -> Listings | Failure:
        """What the answer lists."""
        try:
            rows = shared.document(answer).get("quotes")
        except fields.BadAnswer as error:
            return _of_service(error.failure)
        if not isinstance(rows, list):
            return Failure(Reason.BAD_RESPONSE, "Yahoo sent no list of what it found.")
        return usable(_listings(rows))


def _listings(rows: list[object]) -> Iterator[Listing]:
    """Companies that are not listed anywhere come without a symbol."""
    for row in rows:
        symbol = fields.text(row, "symbol") if isinstance(row, dict) else None
        if not isinstance(row, dict) or symbol is None:
            continue
        kind = fields.text(row, "quoteType")
        if kind != _OPTION:
            yield Listing(
                symbol,
                fields.text(row, "longname", "shortname"),
                fields.text(row, "exchDisp", "exchange"),
                profile.security_type(kind) if kind else None,
                None,
                shared.SOURCE,
            )


def _of_service(failure: Failure) -> Failure:
    """An address that is gone says nothing of what was searched for."""
    if failure.reason in (Reason.NOT_FOUND, Reason.NO_DATA):
        return replace(failure, reason=Reason.BAD_RESPONSE)
    return failure
