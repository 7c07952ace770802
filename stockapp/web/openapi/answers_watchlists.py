"""What the calls about watchlists answer."""

from dataclasses import dataclass

from pydantic import Field

from stockapp.domain.watchlist import Watchlist, WatchlistItem
from stockapp.services.list_import import RowStatus
from stockapp.web.openapi.answers_base import Answer
from stockapp.web.openapi.answers_quotes import BoardRow
from stockapp.web.openapi.answers_tasks import TaskSummary


class Items(Answer):
    """All items of a list, in its order."""

    watchlist: str
    title: str
    items: list[WatchlistItem]


class Board(Answer):
    """All that a list's page shows, as of the event `event_id`; `refresh` is its last task."""

    watchlist: str
    items: list[BoardRow]
    refresh: TaskSummary | None
    event_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedItem(WatchlistItem):
    """The item. `verified`: a source knows the symbol."""

    verified: bool


class Removed(Answer):
    """What was removed. `undo` brings it back within an hour; null where that is not possible."""

    removed: list[str]
    undo: str | None


class RemovedList(Removed):
    """The name of the list that was deleted, and the symbols that went with it."""

    deleted: str


class MovedItems(Answer):
    """What went to another list. `kept`: another note or target there would have been lost."""

    moved: list[str]
    kept: list[str]
    source: str = Field(alias="from")
    target: str = Field(alias="to")


class PlacedItems(Answer):
    """Which symbols were placed, and the order of the whole list now."""

    watchlist: str
    placed: list[str]
    order: list[str]


class RefusedText(Answer):
    """Text that added no symbol, and why."""

    text: str
    why: str


class SkippedRow(RefusedText):
    """A row of a file that changed nothing, and why."""

    line: int | None


class AddedMany(Answer):
    """Symbols that are on the list now: new ones, and those that were there."""

    added: list[str]
    there: list[str]
    not_taken: list[RefusedText]


class ImportRow(Answer):
    """What one row of a file would do. `why` is empty for rows that are taken."""

    line: int
    text: str
    symbol: str | None
    name: str
    note: str
    target_price: float | None
    status: RowStatus
    why: str


class ImportPreview(Answer):
    """What an import would do; nothing was changed."""

    watchlist: str
    rows: list[ImportRow]
    counts: dict[RowStatus, int]
    columns: list[str]
    ignored: list[str]
    warnings: list[str]
    total: int = Field(description="How many rows the file has, of which some may be left out.")


class ImportDone(Answer):
    """What an import did."""

    watchlist: str
    added: list[str]
    changed: list[str]
    skipped: list[SkippedRow]
    warnings: list[str]


class Undone(Answer):
    """What came back. `deleted`: the list itself had been removed."""

    watchlist: Watchlist
    symbols: list[str]
    deleted: bool


class Lists(Answer):
    """All lists; the first is the one that is always there."""

    watchlists: list[Watchlist]
