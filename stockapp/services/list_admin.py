"""Which lists there are; and what was removed from them, or with them, back again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stockapp.domain.list_title import InvalidTitle, parse_title
from stockapp.domain.watchlist import (
    DEFAULT_WATCHLIST,
    Moved,
    NoSuchList,
    NotListed,
    Removal,
    TooManyLists,
    Watchlist,
    WatchlistFull,
)
from stockapp.ports import StoreTrouble, WatchlistStore
from stockapp.services.item_rules import InvalidItem
from stockapp.services.undo import Removals

MOST_LISTS = 50


class Undeletable(ValueError):
    """The list that is always there cannot be deleted."""

    def __init__(self) -> None:
        super().__init__("This list is always there. Rename it, or remove its symbols.")


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, and the token that brings it back; "" where nothing can be undone.

    Its length is the number of symbols.
    """

    symbols: tuple[str, ...]
    undo: str

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass(frozen=True, slots=True)
class Undone:
    """What came back, and on which list. `deleted`: the list itself had been removed."""

    watchlist: Watchlist
    symbols: tuple[str, ...]
    deleted: bool


class ListAdmin:
    """Makes, renames and deletes lists, orders their symbols, and undoes what removes something."""

    def __init__(self, store: WatchlistStore, removals: Removals, max_symbols: int) -> None:
        self._store = store
        self._removals = removals
        self._max_symbols = max_symbols

    def lists(self) -> list[Watchlist]:
        """All lists; the first is the one that is always there."""
        return self._store.lists()

    def get_list(self, name: str) -> Watchlist:
        """One list. Raises NoSuchList."""
        found = self._store.find(name)
        if found is None:
            raise NoSuchList(name)
        return found

    def require(self, name: str) -> None:
        """Raises NoSuchList for a list that does not exist; costs nothing for the first."""
        if name != DEFAULT_WATCHLIST:
            self.get_list(name)

    def create(self, title: str) -> Watchlist:
        """Make a list. Raises InvalidItem, ListExists and TooManyLists."""
        return self._store.create(_title(title), most_lists=MOST_LISTS)

    def rename(self, name: str, title: str) -> Watchlist:
        """Give a list another title; its name stays. Raises InvalidItem, ListExists, NoSuchList."""
        return self._store.rename(name, _title(title))

    def delete(self, name: str) -> Removed:
        """Delete a list with its symbols. Raises NoSuchList and Undeletable."""
        if name == DEFAULT_WATCHLIST:
            raise Undeletable
        removal = self._store.delete(name)
        if removal is None:
            raise NoSuchList(name)
        return self._removed(removal)

    def remove(self, watchlist: str, symbols: Iterable[str]) -> Removed:
        """Remove symbols from a list."""
        return self._removed(self._store.remove(watchlist, symbols))

    def undo(self, token: str) -> Undone | None:
        """Bring back what was removed; None when that was done before, or over an hour ago.

        Raises WatchlistFull, TooManyLists, and NoSuchList where the list is gone; it can be
        tried again then.
        """
        removal = self._removals.take(token)
        if removal is None:
            return None
        try:
            restored = self._store.restore(
                removal, most_items=self._max_symbols, most_lists=MOST_LISTS
            )
        except (NoSuchList, WatchlistFull, TooManyLists, StoreTrouble):
            self._removals.put_back(token, removal)
            raise
        return Undone(restored.watchlist, restored.symbols, removal.title is not None)

    def move(self, symbols: Iterable[str], source: str, target: str) -> Moved:
        """Put symbols with their notes and targets on another list.

        One stays that has another note or target there: one of the two would be lost. Raises
        NoSuchList, WatchlistFull, and InvalidItem where both lists are the same.
        """
        if source == target:
            raise InvalidItem("to", "The symbols are on that list already; choose another.")
        self.require(source)
        return self._store.move(symbols, source, target, most_items=self._max_symbols)

    def place(self, watchlist: str, symbols: Iterable[str], before: str | None) -> list[str]:
        """Put symbols, in the order given, before that one; None: at the end. Returns which.

        Raises NoSuchList, and InvalidItem where `before` is not on the list.
        """
        self.require(watchlist)
        try:
            return self._store.place(watchlist, list(symbols), before)
        except NotListed as error:
            raise InvalidItem("before", str(error)) from None

    def _removed(self, removal: Removal) -> Removed:
        if not removal.items and removal.title is None:
            return Removed((), "")
        return Removed(removal.symbols, _or_nothing(lambda: self._removals.keep(removal)))


def _or_nothing(keep: Callable[[], str]) -> str:
    # It was removed already, and must not look as if it were not.
    try:
        return keep()
    except StoreTrouble:
        return ""


def _title(text: str) -> str:
    try:
        return parse_title(text)
    except InvalidTitle as error:
        raise InvalidItem("title", str(error)) from None
