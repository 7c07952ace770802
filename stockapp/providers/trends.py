"""The contract of sources that tell the last month's closes of many symbols in one answer."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from stockapp.domain.attempt import Failure
from stockapp.domain.trend import Trend
from stockapp.providers.base import Answer, Request

# What a request gave for each of its symbols.
ParsedTrends = Mapping[str, Trend | Failure]


class Trender(ABC):
    """A service's side of trends; no I/O, like a provider. `name` and `title` are the latter's.

    Only a source whose requests are plentiful may be one. `method` stands in attempts,
    `batch_size` is how many symbols a request may hold.
    """

    name: str
    title: str
    method: str
    batch_size: int

    @abstractmethod
    def request(self, symbols: Sequence[str]) -> Request:
        """The request for these symbols, at most `batch_size`."""

    @abstractmethod
    def parse(self, symbols: Sequence[str], answer: Answer) -> ParsedTrends:
        """A trend or a failure for each of the symbols. Never raises for any answer."""
