"""The columns of a watchlist: which there are, and which a page shows, in what order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Column(StrEnum):
    """What can be shown beside the symbol; the order is that in which they are offered."""

    PRICE = "price"
    CHANGE = "change"
    CHANGE_PERCENT = "change_percent"
    TREND = "trend"
    DAY_RANGE = "day_range"
    YEAR_RANGE = "year_range"
    VOLUME = "volume"
    MARKET_CAP = "market_cap"
    CURRENCY = "currency"
    FAIR_VALUE = "fair_value"
    MARGIN = "margin"
    VERDICT = "verdict"
    TARGET = "target"
    NOTE = "note"
    AGE = "age"
    SOURCE = "source"

    @property
    def head(self) -> str:
        """What stands above the column."""
        return _HEADS[self]

    @property
    def money(self) -> bool:
        """Whether it holds amounts, which are in order within one currency only."""
        return self in _MONEY


_HEADS = {
    Column.PRICE: "Price",
    Column.CHANGE: "Change",
    Column.CHANGE_PERCENT: "Change %",
    Column.TREND: "Month",
    Column.DAY_RANGE: "Day range",
    Column.YEAR_RANGE: "52 weeks",
    Column.VOLUME: "Volume",
    Column.MARKET_CAP: "Market cap",
    Column.CURRENCY: "Currency",
    Column.FAIR_VALUE: "Fair value",
    Column.MARGIN: "Margin of safety",
    Column.VERDICT: "Verdict",
    Column.TARGET: "Target",
    Column.NOTE: "Note",
    Column.AGE: "Age",
    Column.SOURCE: "Source",
}

_MONEY = frozenset({Column.PRICE, Column.CHANGE, Column.MARKET_CAP, Column.FAIR_VALUE})

# The order as people put it, and the name; neither is a column of its own.
LISTED = "listed"
SYMBOL = "symbol"

_USUAL = (
    Column.PRICE,
    Column.CHANGE,
    Column.CHANGE_PERCENT,
    Column.TREND,
    Column.YEAR_RANGE,
    Column.FAIR_VALUE,
    Column.VERDICT,
    Column.AGE,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a page shows of each row, and in which order the rows stand.

    `sort` is a column, SYMBOL, or LISTED for the order in which people put them. A price without
    its age would be shown as new, so AGE is always among the columns.
    """

    columns: tuple[Column, ...] = _USUAL
    sort: str = LISTED
    descending: bool = False

    @property
    def key(self) -> str:
        """The columns, as an address or a cookie holds them."""
        return ".".join(self.columns)

    def to_cookie(self) -> str:
        """All of it in one word."""
        return f"{self.key}~{self.sort}~{'desc' if self.descending else 'asc'}"

    def with_columns(self, columns: Iterable[Column]) -> "Layout":
        """The same with other columns; no longer sorted by one that is not shown."""
        chosen = tuple(dict.fromkeys(columns))
        if Column.AGE not in chosen:
            chosen = (*chosen, Column.AGE)
        kept = self.sort in (LISTED, SYMBOL, *chosen)
        return Layout(chosen, self.sort if kept else LISTED, self.descending and kept)

    def moved(self, column: Column, by: int) -> "Layout":
        """The same with a column that many places further on."""
        if column not in self.columns:
            return self
        rest = [other for other in self.columns if other is not column]
        place = max(0, min(len(rest), self.columns.index(column) + by))
        return replace(self, columns=(*rest[:place], column, *rest[place:]))

    def sorted_by(self, key: str, *, descending: bool) -> "Layout":
        """The same in that order; unchanged for what rows cannot be sorted by."""
        if key == LISTED:
            return replace(self, sort=LISTED, descending=False)
        if key != SYMBOL and key not in self.columns:
            return self
        return replace(self, sort=key, descending=descending)


USUAL = Layout()
_BY_NAME = {column.value: column for column in Column}


def parse_columns(text: str) -> tuple[Column, ...]:
    """The columns of a `Layout.key`; what is none is left out."""
    found = (column_of(name) for name in text.split("."))
    return tuple(column for column in found if column)


def column_of(name: str) -> Column | None:
    """The column of that name; None for any other text."""
    return _BY_NAME.get(name)


def from_cookie(text: str) -> Layout:
    """What `to_cookie` wrote; the usual layout for anything else."""
    key, _, order = text.partition("~")
    columns = parse_columns(key)
    if not columns:
        return USUAL
    sort, _, direction = order.partition("~")
    return USUAL.with_columns(columns).sorted_by(sort, descending=direction == "desc")
