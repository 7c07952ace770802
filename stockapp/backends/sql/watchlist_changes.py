"""The changes of watchlists with their events, inside the caller's transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from stockapp.backends.sql import watchlist_rows as rows
from stockapp.backends.sql.database import Connection
from stockapp.domain.list_title import name_for, title_key, title_like
from stockapp.domain.watchlist import (
    DEFAULT_WATCHLIST,
    ListExists,
    Merged,
    Moved,
    NotListed,
    Removal,
    Restored,
    TooManyLists,
    Watchlist,
    WatchlistFull,
    WatchlistItem,
    restored_order,
)


def create(
    connection: Connection, now: datetime, title: str, most: int | None, name: str | None = None
) -> Watchlist:
    """Make a list, of that name where one is given. Raises ListExists and TooManyLists."""
    there = rows.lists(connection)
    if most is not None and len(there) >= most:
        raise TooManyLists(most)
    _refuse_repeated(title, there)
    name = name or name_for(title, {one.name for one in there})
    connection.execute(
        "INSERT INTO watchlists (name, title, position)"
        " VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM watchlists))",
        (name, title),
    )
    rows.tell_of_list(connection, now, name, "created")
    return Watchlist(name, title, 0)


def rename(connection: Connection, now: datetime, name: str, title: str) -> Watchlist:
    """Give a list another title. Raises ListExists and NoSuchList."""
    before = rows.require(connection, name)
    if before.title == title:
        return before
    _refuse_repeated(title, [one for one in rows.lists(connection) if one.name != name])
    connection.execute("UPDATE watchlists SET title = ? WHERE name = ?", (title, name))
    rows.tell_of_list(connection, now, name, "renamed")
    return replace(before, title=title)


def delete(connection: Connection, now: datetime, name: str) -> Removal | None:
    """Delete a list with its items. Raises ValueError for the one that is always there."""
    if name == DEFAULT_WATCHLIST:
        raise ValueError(f"the list {DEFAULT_WATCHLIST} cannot be deleted")
    found = rows.find(connection, name)
    if found is None:
        return None
    removed = remove(connection, now, name, rows.order(connection, name))
    connection.execute("DELETE FROM watchlists WHERE name = ?", (name,))
    rows.tell_of_list(connection, now, name, "deleted")
    return replace(removed, title=found.title)


def merge(
    connection: Connection,
    now: datetime,
    watchlist: str,
    items: Iterable[WatchlistItem],
    *,
    fill: bool = True,
    overwrite: bool = False,
    most: int | None,
) -> Merged:
    """Add what is not there; with `fill`, set what those lack that are there, or differs.

    Raises NoSuchList and WatchlistFull.
    """
    rows.require(connection, watchlist)
    there = {item.symbol: item for item in rows.items(connection, watchlist)}
    new: dict[str, WatchlistItem] = {}
    changed: list[str] = []
    for item in items:
        mine = there.get(item.symbol)
        if mine is None:
            new.setdefault(item.symbol, item)
        elif fill and (changes := _filling(mine, item, overwrite)):
            rows.update(connection, watchlist, item.symbol, changes)
            changed.append(item.symbol)
    if most is not None and new and len(there) + len(new) > most:
        raise WatchlistFull(most, most - len(there))
    rows.insert(connection, watchlist, new.values())
    rows.tell(connection, now, watchlist, "added", new)
    rows.tell(connection, now, watchlist, "changed", changed)
    return Merged(tuple(new), tuple(changed))


def remove(
    connection: Connection, now: datetime, watchlist: str, symbols: Iterable[str]
) -> Removal:
    """Remove items."""
    wanted = frozenset(symbols)
    there = rows.items(connection, watchlist)
    order = tuple(item.symbol for item in there)
    removal = Removal(watchlist, tuple(i for i in there if i.symbol in wanted), order)
    rows.delete(connection, watchlist, removal.symbols)
    rows.tell(connection, now, watchlist, "removed", removal.symbols)
    return removal


def restore(
    connection: Connection,
    now: datetime,
    removal: Removal,
    most_items: int | None,
    most_lists: int | None,
) -> Restored:
    """Put back what was removed. Raises NoSuchList, WatchlistFull and TooManyLists."""
    name = removal.watchlist
    if removal.title is not None:
        name = _list_again(connection, now, name, removal.title, most_lists)
    before = rows.order(connection, name)
    merged = merge(connection, now, name, removal.items, most=most_items)
    order = restored_order(before, removal.order, frozenset(merged.added))
    rows.set_order(connection, name, order)
    back = {*merged.added, *merged.changed}
    symbols = tuple(symbol for symbol in removal.symbols if symbol in back)
    return Restored(rows.require(connection, name), symbols)


def move(
    connection: Connection,
    now: datetime,
    symbols: Iterable[str],
    source: str,
    target: str,
    most: int | None,
) -> Moved:
    """Put items on another list, but for those that would lose text.

    Raises NoSuchList and WatchlistFull.
    """
    rows.require(connection, target)
    if source == target:
        return Moved((), ())
    wanted = frozenset(symbols)
    there = {item.symbol: item for item in rows.items(connection, target)}
    kept = tuple(
        item.symbol
        for item in rows.items(connection, source)
        if item.symbol in wanted and _would_lose(item, there.get(item.symbol))
    )
    removal = remove(connection, now, source, wanted.difference(kept))
    # Whoever moves it wants it, so it is no sample any more.
    items = [replace(item, sample=False) for item in removal.items]
    merge(connection, now, target, items, most=most)
    return Moved(removal.symbols, kept)


def place(
    connection: Connection,
    now: datetime,
    watchlist: str,
    symbols: Sequence[str],
    before: str | None,
) -> list[str]:
    """Put items before another. Raises NotListed."""
    order = rows.order(connection, watchlist)
    if before is not None and before not in order:
        raise NotListed(before)
    there = set(order)
    placed = [symbol for symbol in dict.fromkeys(symbols) if symbol in there]
    moving = frozenset(placed)
    # What stays, in two parts; `before` may be one of those that go.
    place_of = len(order) if before is None else order.index(before)
    head = [symbol for symbol in order[:place_of] if symbol not in moving]
    tail = [symbol for symbol in order[place_of:] if symbol not in moving]
    new_order = [*head, *placed, *tail]
    if new_order != order:
        rows.set_order(connection, watchlist, new_order)
        rows.tell(connection, now, watchlist, "moved", placed)
    return placed


def _list_again(
    connection: Connection, now: datetime, name: str, title: str, most: int | None
) -> str:
    there = rows.lists(connection)
    names, titles = {one.name for one in there}, {one.title for one in there}
    title = title_like(title, titles)
    name = name if name not in names else name_for(title, names)
    return create(connection, now, title, most, name).name


def _refuse_repeated(title: str, there: Collection[Watchlist]) -> None:
    for one in there:
        if title_key(one.title) == title_key(title):
            raise ListExists(one.title)


def _would_lose(item: WatchlistItem, there: WatchlistItem | None) -> bool:
    """Whether something of the item would be gone if it were merged into that one."""
    return there is not None and (
        (there.note != "" and item.note not in ("", there.note))
        or (there.target_price is not None and item.target_price not in (None, there.target_price))
    )


def _filling(mine: WatchlistItem, other: WatchlistItem, overwrite: bool) -> list[tuple[str, Any]]:
    """What to set of an item that is there, by another one of the same symbol."""
    changes: list[tuple[str, Any]] = []
    if other.note not in ("", mine.note) and (overwrite or not mine.note):
        changes.append(("note", other.note))
    if other.target_price not in (None, mine.target_price) and (
        overwrite or mine.target_price is None
    ):
        changes.append(("target_price", other.target_price))
    return changes
