"""The page of a whole list for templates; nothing but the arguments counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from stockapp.domain import moment
from stockapp.domain.analysis import Unit
from stockapp.domain.folding import folded
from stockapp.domain.watchlist import DEFAULT_WATCHLIST, Watchlist
from stockapp.services.board import Board, Row
from stockapp.web import words
from stockapp.web.columns import LISTED, Layout, column_of
from stockapp.web.figures import figure
from stockapp.web.pacing import paced
from stockapp.web.present import direction, refresh_view
from stockapp.web.present_row import row_view
from stockapp.web.present_sources import failing_sources
from stockapp.web.watchlist_views import BoardView, ListTab, RowView, TotalsView

# Rows made in one go: some 5 ms where most columns are shown.
_ROWS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of a list: which one among all, with which columns, of which rows."""

    lists: Sequence[Watchlist]
    layout: Layout
    filter: str = ""


def list_path(name: str) -> str:
    """The address of a list's page."""
    return "/" if name == DEFAULT_WATCHLIST else f"/lists/{name}"


def list_at(path: str) -> str | None:
    """The name of the list whose page has that address; None for other pages."""
    if path == "/":
        return DEFAULT_WATCHLIST
    return path.removeprefix("/lists/") if path.startswith("/lists/") else None


def board_view(board: Board, shown: Shown, now: datetime) -> BoardView:
    """The page of a board."""
    name = board.watchlist
    known = {entry.name: entry for entry in shown.lists}
    wanted = folded(shown.filter).split()
    views = (
        row_view(row, now, shown.layout, hidden=not matches(row, wanted)) for row in board.rows
    )
    rows = list(paced(views, _ROWS_AT_ONCE))
    return BoardView(
        name=name,
        title=known[name].title if name in known else name,
        deleted=name not in known,
        path=list_path(name),
        tabs=tabs(shown.lists, name),
        layout=shown.layout,
        rows=tuple(in_order(rows, shown.layout)),
        totals=totals(board.rows),
        refresh=refresh_view(board.refresh),
        analysis=refresh_view(board.analysis),
        failing=failing_sources(board.sources, now),
        event_id=board.event_id,
        now=moment.to_text(now),
        any_simulated=any(row.simulated for row in rows),
        any_sample=any(row.item.sample for row in board.rows),
        filter=shown.filter,
    )


def tabs(lists: Sequence[Watchlist], here: str) -> tuple[ListTab, ...]:
    """All lists."""
    return tuple(
        ListTab(entry.name, entry.title, list_path(entry.name), entry.size, entry.name == here)
        for entry in lists
    )


def matches(row: Row, wanted: Sequence[str]) -> bool:
    """Whether each of these words, folded, is in the row's symbol, name or note."""
    if not wanted:
        return True
    name = row.item.name or (row.quote.quote.name if row.quote else "") or ""
    held = folded(f"{row.item.symbol} {name} {row.item.note}")
    return all(word in held for word in wanted)


def in_order(rows: Sequence[RowView], layout: Layout) -> Sequence[RowView]:
    """The rows sorted; what has no value comes last either way, and money by its currency first.

    An amount of an unknown currency is more or less than no other, so it stands with those last.
    """
    if layout.sort == LISTED:
        return rows
    key = layout.sort
    column = column_of(key)
    money = column if column and column.money else None
    apart: list[RowView] = []
    last: list[RowView] = []
    for row in rows:
        known = row.sort[key] != "" and (money is None or money in row.groups)
        (apart if known else last).append(row)
    apart.sort(key=lambda row: row.sort[key], reverse=layout.descending)
    if money:
        apart.sort(key=lambda row: row.groups[money])
    return [*apart, *last]


def totals(rows: Sequence[Row]) -> tuple[TotalsView, ...]:
    """What the rows come to, each currency for itself, the one with the most rows first."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.quote:
            currency = words.major_currency(row.quote.quote.currency) or "currency?"
            groups.setdefault(currency, []).append(row)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(_totals(currency, group) for currency, group in ordered)


def _totals(currency: str, rows: Sequence[Row]) -> TotalsView:
    quotes = [row.quote.quote for row in rows if row.quote]
    moves = [quote.change_percent for quote in quotes if quote.change_percent is not None]
    caps = [quote.market_cap for quote in quotes if quote.market_cap is not None]
    ways = [direction(quote) for quote in quotes]
    return TotalsView(
        currency=currency,
        rows=len(quotes),
        up=ways.count("up"),
        down=ways.count("down"),
        average=f"{words.change(fmean(moves), 2)} %" if moves else "",
        cap=_sum(caps, len(quotes), currency),
    )


def _sum(caps: Sequence[float], rows: int, currency: str) -> str:
    """The sum, and of how many rows where some are not known."""
    if not caps or currency == "currency?":
        return ""
    told = figure(sum(caps), Unit.MONEY, currency)
    return told if len(caps) == rows else f"{told} ({len(caps)} of {rows} known)"
