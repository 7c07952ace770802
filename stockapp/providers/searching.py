"""The contract of sources that find symbols by words, and what their parsers share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from stockapp.domain.attempt import Failure
from stockapp.domain.listing import Listing
from stockapp.domain.symbol import InvalidSymbol, is_simulated, parse_symbol
from stockapp.providers.base import Answer, Request

# Best first.
Listings = tuple[Listing, ...]


class Searcher(ABC):
    """A service's side of a search; no I/O, like a provider. `name` and `title` are the latter's.

    `methods` are the names of its ways to ask, which stand in attempts.
    """

    name: str
    title: str
    methods: ClassVar[tuple[str, ...]] = ("search",)

    def method(self, text: str) -> str:
        """The way to ask for that text."""
        return self.methods[0]

    @abstractmethod
    def request(self, text: str) -> Request:
        """The request for what fits the text: a part of a name, a symbol, or an ISIN."""

    @abstractmethod
    def parse(self, text: str, answer: Answer) -> Listings | Failure:
        """What the answer lists; nothing where nothing fits. Never raises for any answer."""


def usable(listings: Iterable[Listing]) -> Listings:
    """Those whose symbol could be watched, each symbol once, as we write it."""
    found: dict[str, Listing] = {}
    for listing in listings:
        try:
            symbol = parse_symbol(listing.symbol)
        except InvalidSymbol:
            continue
        # No real source may speak for the invented exchange.
        if symbol == listing.symbol and not is_simulated(symbol):
            found.setdefault(symbol, listing)
    return tuple(found.values())
