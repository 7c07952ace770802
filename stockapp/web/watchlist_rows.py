"""A watchlist as rows of a table, for downloads; an import takes symbol, note and target again."""

from collections.abc import Iterable, Sequence

from stockapp.domain import moment
from stockapp.services.board import Row
from stockapp.web.csv_files import Cell

HEAD = (
    *("symbol", "name", "note", "target_price"),
    *("price", "currency", "change_percent", "as_of", "fetched_at", "source", "freshness"),
)


def rows(board: Iterable[Row]) -> Iterable[Sequence[Cell]]:
    """A row for each item; what there is no quote of has none of its figures."""
    for row in board:
        item, view = row.item, row.quote
        mine = (item.symbol, item.name, item.note, item.target_price)
        if view is None:
            yield (*mine, *(None,) * (len(HEAD) - len(mine)))
            continue
        quote = view.quote
        yield (
            *mine,
            *(quote.price, quote.currency, quote.change_percent),
            moment.to_text(quote.as_of),
            moment.to_text(quote.fetched_at),
            *(quote.source, view.freshness.value),
        )
