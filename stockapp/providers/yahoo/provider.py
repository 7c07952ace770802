"""Yahoo Finance as a source of quotes."""

from collections.abc import Sequence

from stockapp.domain.symbol import is_simulated
from stockapp.providers.base import Answer, Method, Parsed, Request
from stockapp.providers.yahoo import chart, quote, shared

# Yahoo turns addresses away that ask for single symbols faster than this.
_MOST_CHARTS_AT_ONCE = 8


class Yahoo:
    """Two methods: `quote` in batches, `chart` for what that did not give."""

    name = shared.SOURCE

    def __init__(self, concurrency: int) -> None:
        self.methods = (
            Method(quote.NAME, quote.BATCH_SIZE, concurrency),
            Method(chart.NAME, 1, min(_MOST_CHARTS_AT_ONCE, concurrency)),
        )

    def supports(self, symbol: str) -> bool:
        """Every symbol but those of the simulated exchange."""
        return not is_simulated(symbol)

    def request(self, method: str, symbols: Sequence[str]) -> Request:
        """The request of that method for these symbols."""
        return chart.request(symbols) if method == chart.NAME else quote.request(symbols)

    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed:
        """What the answer says of each of them."""
        parse = chart.parse if method == chart.NAME else quote.parse
        return parse(symbols, answer)
