"""Financial Modeling Prep's search: by symbol, by name, or by ISIN, each at an address of its own.

It tells the currency, pence included, but not what kind of security it is.
"""

from collections.abc import Iterator
from typing import ClassVar

from stockapp.domain.attempt import Failure
from stockapp.domain.isin import WrongCheckDigit, isin_in
from stockapp.domain.listing import Listing
from stockapp.providers import fields, fmp, symbols
from stockapp.providers.base import Answer, Request
from stockapp.providers.searching import Listings, Searcher, usable

_URL = "https://financialmodelingprep.com/stable/"
_MOST = "20"
_LONGEST_TICKER = 5
_SEARCH, _ISIN = "search", "isin"
# It writes these in a notation of its own: BTCUSD, EURUSD, GCUSD.
_OTHER_NOTATION = ("CRYPTO", "FOREX", "COMMODITY")


class FmpSearch(Searcher):
    """One request: a short word is taken for a symbol, everything longer for a name.

    By ISIN is a method of its own, as few plans have it.
    """

    name = fmp.SOURCE
    title = fmp.SERVICE
    methods: ClassVar[tuple[str, ...]] = (_SEARCH, _ISIN)

    def __init__(self, key: str) -> None:
        self._key = key

    def method(self, text: str) -> str:
        """`isin` for one."""
        return _ISIN if _is_isin(text) else _SEARCH

    def request(self, text: str) -> Request:
        """The request for what fits the text."""
        if _is_isin(text):
            return Request(_URL + "search-isin", {"isin": text, "apikey": self._key})
        query = {"query": text, "limit": _MOST, "apikey": self._key}
        is_name = " " in text or len(text.partition(".")[0]) > _LONGEST_TICKER
        return Request(_URL + ("search-name" if is_name else "search-symbol"), query)

    def parse(self, text: str, answer: Answer) -> Listings | Failure:
        """What the answer lists."""
        try:
            rows = fmp.rows_of(answer)
        except fields.BadAnswer as error:
            return error.failure
        return usable(_listings(rows))


def _listings(rows: list[object]) -> Iterator[Listing]:
    for row in rows:
        symbol = fields.text(row, "symbol") if isinstance(row, dict) else None
        if not isinstance(row, dict) or symbol is None:
            continue
        elsewhere = fields.text(row, "exchange") in _OTHER_NOTATION
        if not elsewhere and symbols.fmp(symbol) == symbol:
            yield Listing(
                symbol,
                fields.text(row, "name"),
                fields.text(row, "exchangeFullName", "exchange"),
                None,
                fields.currency(row.get("currency")),
                fmp.SOURCE,
            )


def _is_isin(text: str) -> bool:
    try:
        return isin_in(text) is not None
    except WrongCheckDigit:
        return False
