"""A watchlist as rows of a table, for downloads; an import takes symbol, note and target again."""

import io
from collections.abc import Iterable, Sequence

from stockapp.domain import moment
from stockapp.services import csv_text
from stockapp.services.board import Row
from stockapp.services.csv_text import Cell, cell

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


def as_csv(board: Iterable[Row]) -> str:
    """All rows as the text of a CSV file."""
    text = io.StringIO()
    writer = csv_text.writer(text)
    writer.writerow(HEAD)
    writer.writerows([cell(value) for value in row] for row in rows(board))
    return text.getvalue()
