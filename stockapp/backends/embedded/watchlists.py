"""Watchlists in the database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from stockapp.backends.embedded import events
from stockapp.backends.embedded.connection import Connection
from stockapp.backends.embedded.database import Database
from stockapp.domain import moment
from stockapp.domain.event import EventType, watchlist_topic
from stockapp.domain.watchlist import WatchlistItem
from stockapp.ports import Clock

EDITABLE = frozenset({"name", "note", "target_price"})

_COLUMNS = "symbol, added_at, name, note, target_price, sample"
_SEEDED = "watchlists_seeded"


class SqliteWatchlistStore:
    """WatchlistStore; the order of a list is the order of its rows."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def items(self, watchlist: str) -> list[WatchlistItem]:
        """All items in the order in which they were added."""
        return self._database.read(
            lambda connection: [
                _item(row)
                for row in connection.execute(
                    f"SELECT {_COLUMNS} FROM watchlist_items WHERE watchlist = ? ORDER BY position",
                    (watchlist,),
                )
            ]
        )

    def get(self, watchlist: str, symbol: str) -> WatchlistItem | None:
        """One item."""
        return self._database.read(lambda connection: _get(connection, watchlist, symbol))

    def add(self, watchlist: str, items: Iterable[WatchlistItem]) -> list[str]:
        """Add what is not there yet. Returns the symbols that were added."""
        wanted = list(items)
        now = self._clock.now()
        return self._database.write(lambda connection: _add(connection, now, watchlist, wanted))

    def update(
        self, watchlist: str, symbol: str, changes: Mapping[str, Any]
    ) -> WatchlistItem | None:
        """Set `name`, `note` or `target_price`. Returns the item after it, None when absent.

        Raises ValueError for any other field.
        """
        if unknown := changes.keys() - EDITABLE:
            raise ValueError(f"{', '.join(sorted(unknown))} cannot be changed")
        now = self._clock.now()

        def update(connection: Connection) -> WatchlistItem | None:
            before = _get(connection, watchlist, symbol)
            if before is None or all(getattr(before, field) == changes[field] for field in changes):
                return before
            assignments = ", ".join(f"{field} = :{field}" for field in changes)
            connection.execute(
                f"UPDATE watchlist_items SET {assignments}"
                " WHERE watchlist = :watchlist AND symbol = :symbol",
                {**changes, "watchlist": watchlist, "symbol": symbol},
            )
            _tell(connection, now, watchlist, "changed", [symbol])
            return _get(connection, watchlist, symbol)

        return self._database.write(update)

    def fill_names(self, names: Mapping[str, str]) -> int:
        """Set the name of items, on every list, that have none. Returns how many changed."""
        wanted = {symbol: name for symbol, name in names.items() if name}
        now = self._clock.now()

        def fill(connection: Connection) -> int:
            changed = 0
            for symbol, name in wanted.items():
                rows = connection.execute(
                    "UPDATE watchlist_items SET name = ?"
                    " WHERE symbol = ? AND coalesce(name, '') = '' RETURNING watchlist",
                    (name, symbol),
                ).fetchall()
                for (watchlist,) in rows:
                    _tell(connection, now, watchlist, "changed", [symbol])
                changed += len(rows)
            return changed

        return self._database.write(fill) if wanted else 0

    def remove(self, watchlist: str, symbols: Iterable[str]) -> list[str]:
        """Remove items. Returns the symbols that were there."""
        wanted = list(symbols)
        now = self._clock.now()

        def remove(connection: Connection) -> list[str]:
            removed = [
                symbol
                for symbol in wanted
                if connection.execute(
                    "DELETE FROM watchlist_items WHERE watchlist = ? AND symbol = ?",
                    (watchlist, symbol),
                ).rowcount
            ]
            _tell(connection, now, watchlist, "removed", removed)
            return removed

        return self._database.write(remove)

    def containing(self, symbol: str) -> list[str]:
        """The names of the lists that hold the symbol."""
        return self._database.read(
            lambda connection: [
                row[0]
                for row in connection.execute(
                    "SELECT watchlist FROM watchlist_items WHERE symbol = ? ORDER BY watchlist",
                    (symbol,),
                )
            ]
        )

    def seed(self, watchlist: str, items: Iterable[WatchlistItem]) -> bool:
        """Put the items on the list if no list was ever seeded here. Returns whether it did."""
        wanted = list(items)
        now = self._clock.now()

        def seed(connection: Connection) -> bool:
            first = mark_seeded(connection)
            if first:
                _add(connection, now, watchlist, wanted)
            return first

        return self._database.write(seed)


def mark_seeded(connection: Connection) -> bool:
    """Note that there are lists, so that no sample is added. Returns whether that was new."""
    return bool(
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, 1) ON CONFLICT DO NOTHING", (_SEEDED,)
        ).rowcount
    )


def _add(
    connection: Connection, now: datetime, watchlist: str, items: Iterable[WatchlistItem]
) -> list[str]:
    added = [
        item.symbol
        for item in items
        if connection.execute(
            f"INSERT INTO watchlist_items (watchlist, {_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (watchlist, *_values(item)),
        ).rowcount
    ]
    _tell(connection, now, watchlist, "added", added)
    return added


def _tell(
    connection: Connection, now: datetime, watchlist: str, action: str, symbols: Iterable[str]
) -> None:
    entries = [(EventType.WATCHLIST, {"action": action, "symbol": symbol}) for symbol in symbols]
    events.append(connection, now, watchlist_topic(watchlist), entries)


def _get(connection: Connection, watchlist: str, symbol: str) -> WatchlistItem | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM watchlist_items WHERE watchlist = ? AND symbol = ?",
        (watchlist, symbol),
    ).fetchone()
    return _item(row) if row else None


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
        item.sample,
    )
