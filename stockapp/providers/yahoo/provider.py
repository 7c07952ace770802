"""Yahoo Finance as a source of quotes."""

from collections.abc import Callable, Sequence

from stockapp.providers.base import Answer, Method, Parsed, Provider, Request
from stockapp.providers.yahoo import chart, page, quote, shared, spark, summary

# Yahoo turns addresses away that ask for single symbols faster than this.
_MOST_SINGLES_AT_ONCE = 8
_MOST_PAGES_AT_ONCE = 4
_REQUESTS: dict[str, Callable[[Sequence[str]], Request]] = {
    quote.NAME: quote.request,
    spark.NAME: spark.request,
    chart.NAME: chart.request,
    summary.NAME: summary.request,
    page.NAME: page.request,
}
_PARSERS: dict[str, Callable[[Sequence[str], Answer], Parsed]] = {
    quote.NAME: quote.parse,
    spark.NAME: spark.parse,
    chart.NAME: chart.parse,
    summary.NAME: summary.parse,
    page.NAME: page.parse,
}


class Yahoo(Provider):
    """Five methods: `quote` and `spark` in batches, `chart`, `summary` and `page` one by one."""

    name = shared.SOURCE
    title = shared.SERVICE
    hosts = ("query1.finance.yahoo.com", "fc.yahoo.com", "finance.yahoo.com")

    def __init__(self, concurrency: int) -> None:
        singles = min(_MOST_SINGLES_AT_ONCE, concurrency)
        self.methods = (
            Method(quote.NAME, quote.BATCH_SIZE, concurrency),
            Method(spark.NAME, spark.BATCH_SIZE, concurrency),
            Method(chart.NAME, 1, singles),
            Method(summary.NAME, 1, singles),
            Method(page.NAME, 1, min(_MOST_PAGES_AT_ONCE, concurrency)),
        )

    def request(self, method: str, symbols: Sequence[str]) -> Request:
        """The request of that method for these symbols."""
        return _REQUESTS[method](symbols)

    def parse(self, method: str, symbols: Sequence[str], answer: Answer) -> Parsed:
        """What the answer says of each of them."""
        return _PARSERS[method](symbols, answer)
