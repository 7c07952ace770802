"""Watchlists as the tables hold them, read and told of inside the caller's transaction."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from stockapp.backends.sql.database import Connection
from stockapp.domain import moment
from stockapp.domain.event import WATCHLISTS_TOPIC, EventType, watchlist_topic
from stockapp.domain.watchlist import NoSuchList, Watchlist, WatchlistItem

_COLUMNS = "symbol, added_at, name, note, target_price, sample"
_LISTS = (
    "SELECT name, title,"
    " (SELECT count(*) FROM watchlist_items WHERE watchlist = watchlists.name) FROM watchlists"
)


def lists(connection: Connection) -> list[Watchlist]:
    """All lists in their order."""
    return [Watchlist(*row) for row in connection.execute(f"{_LISTS} ORDER BY position, name")]


def find(connection: Connection, name: str) -> Watchlist | None:
    """One list."""
    row = connection.execute(f"{_LISTS} WHERE name = ?", (name,)).fetchone()
    return Watchlist(*row) if row else None


def require(connection: Connection, name: str) -> Watchlist:
    """One list that must be there. Raises NoSuchList."""
    found = find(connection, name)
    if found is None:
        raise NoSuchList(name)
    return found


def items(connection: Connection, watchlist: str) -> list[WatchlistItem]:
    """The items of a list in its order."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM watchlist_items WHERE watchlist = ? ORDER BY position",
        (watchlist,),
    )
    return [_item(row) for row in rows]


def get(connection: Connection, watchlist: str, symbol: str) -> WatchlistItem | None:
    """One item."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM watchlist_items WHERE watchlist = ? AND symbol = ?",
        (watchlist, symbol),
    ).fetchone()
    return _item(row) if row else None


def names(connection: Connection) -> dict[str, str | None]:
    """The symbols of all lists in their order, each with a name where there is one."""
    query = (
        "SELECT symbol, max(watchlist_items.name) FROM watchlist_items"
        " JOIN watchlists ON watchlists.name = watchlist GROUP BY symbol"
        " ORDER BY min(watchlists.position), min(watchlist_items.position)"
    )
    return dict(connection.execute(query).fetchall())


def order(connection: Connection, watchlist: str) -> list[str]:
    """The symbols of a list in its order."""
    query = "SELECT symbol FROM watchlist_items WHERE watchlist = ? ORDER BY position"
    return [symbol for (symbol,) in connection.execute(query, (watchlist,))]


def set_order(connection: Connection, watchlist: str, symbols: Iterable[str]) -> None:
    """Number all items of a list anew, in that order."""
    connection.executemany(
        "UPDATE watchlist_items SET position = ?"
        " WHERE watchlist = ? AND symbol = ? AND position <> ?",
        [(number, watchlist, symbol, number) for number, symbol in enumerate(symbols, 1)],
    )


def insert(connection: Connection, watchlist: str, new: Iterable[WatchlistItem]) -> None:
    """Put items, none of which is there, at the end of a list."""
    query = "SELECT coalesce(max(position), 0) FROM watchlist_items WHERE watchlist = ?"
    (last,) = connection.execute(query, (watchlist,)).fetchone()
    connection.executemany(
        f"INSERT INTO watchlist_items (watchlist, position, {_COLUMNS})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(watchlist, number, *_values(item)) for number, item in enumerate(new, last + 1)],
    )


def update(
    connection: Connection, watchlist: str, symbol: str, changes: Iterable[tuple[str, Any]]
) -> None:
    """Set columns of an item."""
    columns, values = zip(*changes, strict=True)
    assignments = ", ".join(f"{column} = ?" for column in columns)
    connection.execute(
        f"UPDATE watchlist_items SET {assignments} WHERE watchlist = ? AND symbol = ?",
        (*values, watchlist, symbol),
    )


def delete(connection: Connection, watchlist: str, symbols: Collection[str]) -> None:
    """Delete items."""
    connection.executemany(
        "DELETE FROM watchlist_items WHERE watchlist = ? AND symbol = ?",
        [(watchlist, symbol) for symbol in symbols],
    )


def tell(
    connection: Connection, now: datetime, watchlist: str, action: str, symbols: Iterable[str]
) -> None:
    """Write an event for each of the symbols."""
    entries = [(EventType.WATCHLIST, {"action": action, "symbol": symbol}) for symbol in symbols]
    connection.tell(now, watchlist_topic(watchlist), entries)


def tell_of_list(connection: Connection, now: datetime, watchlist: str, action: str) -> None:
    """Write that the set of lists changed."""
    entry = (EventType.WATCHLIST, {"action": action, "watchlist": watchlist})
    connection.tell(now, WATCHLISTS_TOPIC, [entry])


def _item(row: Any) -> WatchlistItem:
    symbol, added_at, name, note, target_price, sample = row
    return WatchlistItem(
        symbol=symbol,
        added_at=moment.from_epoch(added_at),
        name=name,
        note=note,
        target_price=target_price,
        sample=bool(sample),
    )


def _values(item: WatchlistItem) -> tuple[Any, ...]:
    return (
        item.symbol,
        item.added_at.timestamp(),
        item.name,
        item.note,
        item.target_price,
        # PostgreSQL takes no boolean for a number.
        int(item.sample),
    )
