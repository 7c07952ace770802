"""Watchlists in the database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stockapp.backends.sql import watchlist_changes as changing
from stockapp.backends.sql import watchlist_rows as rows
from stockapp.backends.sql.database import Connection, Database
from stockapp.backends.sql.shared_read import SharedRead
from stockapp.domain.watchlist import Merged, Moved, Removal, Restored, Watchlist, WatchlistItem
from stockapp.ports import Clock

EDITABLE = frozenset({"name", "note", "target_price"})

_SEEDED = "watchlists_seeded"


class SqlWatchlistStore:
    """WatchlistStore in the database of all workers."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._unnamed = SharedRead(lambda: database.read(_unnamed))

    def lists(self) -> list[Watchlist]:
        """All lists, in the order in which they were made; `default` is the first."""
        return self._database.read(rows.lists)

    def find(self, name: str) -> Watchlist | None:
        """One list."""
        return self._database.read(lambda connection: rows.find(connection, name))

    def create(self, title: str, *, most_lists: int | None = None) -> Watchlist:
        """Make a list; its name follows from the title. Raises ListExists and TooManyLists."""
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.create(connection, now, title, most_lists)
        )

    def rename(self, name: str, title: str) -> Watchlist:
        """Give a list another title; its name stays. Raises ListExists and NoSuchList."""
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.rename(connection, now, name, title)
        )

    def delete(self, name: str) -> Removal | None:
        """Delete a list with its items; None when there is none. Raises ValueError: `default`."""
        now = self._clock.now()
        return self._database.write(lambda connection: changing.delete(connection, now, name))

    def items(self, watchlist: str) -> list[WatchlistItem]:
        """All items in the order of the list."""
        return self._database.read(lambda connection: rows.items(connection, watchlist))

    def get(self, watchlist: str, symbol: str) -> WatchlistItem | None:
        """One item."""
        return self._database.read(lambda connection: rows.get(connection, watchlist, symbol))

    def add(
        self, watchlist: str, items: Iterable[WatchlistItem], *, most_items: int | None = None
    ) -> list[str]:
        """Add what is not there yet, at the end. Returns the symbols that were added."""
        wanted = list(items)
        now = self._clock.now()
        return self._database.write(
            lambda connection: list(
                changing.merge(
                    connection, now, watchlist, wanted, fill=False, most=most_items
                ).added
            )
        )

    def merge(
        self,
        watchlist: str,
        items: Iterable[WatchlistItem],
        *,
        overwrite: bool = False,
        most_items: int | None = None,
    ) -> Merged:
        """Add what is not there yet; where it is, fill in note and target price if it has none.

        With `overwrite` also where it has one. What these items lack changes nothing.
        """
        wanted = list(items)
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.merge(
                connection, now, watchlist, wanted, overwrite=overwrite, most=most_items
            )
        )

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
            before = rows.get(connection, watchlist, symbol)
            if before is None or all(getattr(before, field) == changes[field] for field in changes):
                return before
            rows.update(connection, watchlist, symbol, changes.items())
            rows.tell(connection, now, watchlist, "changed", [symbol])
            return rows.get(connection, watchlist, symbol)

        return self._database.write(update)

    def names(self) -> dict[str, str | None]:
        """Each symbol that is on any list, in their order, with a name if any list has one."""
        return self._database.read(rows.names)

    def fill_names(self, names: Mapping[str, str]) -> int:
        """Set the name of items, on every list, that have none. Returns how many changed."""
        wanted = {symbol: name for symbol, name in names.items() if name}
        if wanted:
            # Mostly there are none: who writes would have all others wait.
            unnamed = self._unnamed.ask()
            wanted = {symbol: name for symbol, name in wanted.items() if symbol in unnamed}
        now = self._clock.now()

        def fill(connection: Connection) -> int:
            changed = 0
            for symbol, name in wanted.items():
                lists = connection.execute(
                    "UPDATE watchlist_items SET name = ?"
                    " WHERE symbol = ? AND coalesce(name, '') = '' RETURNING watchlist",
                    (name, symbol),
                ).fetchall()
                for (watchlist,) in lists:
                    rows.tell(connection, now, watchlist, "changed", [symbol])
                changed += len(lists)
            return changed

        return self._database.write(fill) if wanted else 0

    def remove(self, watchlist: str, symbols: Iterable[str]) -> Removal:
        """Remove items. Returns those that were there."""
        wanted = list(symbols)
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.remove(connection, now, watchlist, wanted)
        )

    def restore(
        self,
        removal: Removal,
        *,
        most_items: int | None = None,
        most_lists: int | None = None,
    ) -> Restored:
        """Put back what was removed, as it was and where it was.

        What is there again gets the note and the target price that it lacks. A deleted list comes
        back under another name or title where that was taken since.
        """
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.restore(connection, now, removal, most_items, most_lists)
        )

    def move(
        self, symbols: Iterable[str], source: str, target: str, *, most_items: int | None = None
    ) -> Moved:
        """Put items on another list, at its end, in their order; none that would lose text."""
        wanted = list(symbols)
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.move(connection, now, wanted, source, target, most_items)
        )

    def place(self, watchlist: str, symbols: Sequence[str], before: str | None) -> list[str]:
        """Put items, in the order given, before that one; None: at the end. Returns which.

        Raises NotListed for a `before` that is not on the list.
        """
        wanted = list(symbols)
        now = self._clock.now()
        return self._database.write(
            lambda connection: changing.place(connection, now, watchlist, wanted, before)
        )

    def seed(self, watchlist: str, items: Iterable[WatchlistItem]) -> bool:
        """Put the items on the list if no list was ever seeded here. Returns whether it did."""
        wanted = list(items)
        now = self._clock.now()

        def seed(connection: Connection) -> bool:
            first = mark_seeded(connection)
            if first:
                changing.merge(connection, now, watchlist, wanted, fill=False, most=None)
            return first

        return self._database.write(seed)


def mark_seeded(connection: Connection) -> bool:
    """Note that there are lists, so that no sample is added. Returns whether that was new."""
    return bool(
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, 1) ON CONFLICT DO NOTHING", (_SEEDED,)
        ).rowcount
    )


def _unnamed(connection: Connection) -> set[str]:
    query = "SELECT symbol FROM watchlist_items WHERE coalesce(name, '') = ''"
    return {symbol for (symbol,) in connection.execute(query)}
