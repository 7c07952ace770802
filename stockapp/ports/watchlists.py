"""Lists of symbols."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from stockapp.domain.watchlist import Merged, Moved, Removal, Restored, Watchlist, WatchlistItem


class WatchlistStore(Protocol):
    """Watchlists. Every change writes its `watchlist` events in the same transaction.

    The list `default` is always there. What puts symbols on a list raises NoSuchList where there
    is none of that name, and WatchlistFull, having changed nothing, where it would hold more than
    `most_items`. What reads or removes takes an unknown list for an empty one.
    """

    def lists(self) -> list[Watchlist]:
        """All lists, in the order in which they were made; `default` is the first."""

    def find(self, name: str) -> Watchlist | None:
        """One list."""

    def create(self, title: str, *, most_lists: int | None = None) -> Watchlist:
        """Make a list; its name follows from the title. Raises ListExists and TooManyLists."""

    def rename(self, name: str, title: str) -> Watchlist:
        """Give a list another title; its name stays. Raises ListExists and NoSuchList."""

    def delete(self, name: str) -> Removal | None:
        """Delete a list with its items; None when there is none. Raises ValueError: `default`."""

    def items(self, watchlist: str) -> list[WatchlistItem]:
        """All items in the order of the list."""

    def get(self, watchlist: str, symbol: str) -> WatchlistItem | None:
        """One item."""

    def add(
        self, watchlist: str, items: Iterable[WatchlistItem], *, most_items: int | None = None
    ) -> list[str]:
        """Add what is not there yet, at the end. Returns the symbols that were added."""

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

    def update(
        self, watchlist: str, symbol: str, changes: Mapping[str, Any]
    ) -> WatchlistItem | None:
        """Set `name`, `note` or `target_price`. Returns the item after it, None when absent."""

    def names(self) -> dict[str, str | None]:
        """Each symbol that is on any list, in their order, with a name if any list has one."""

    def fill_names(self, names: Mapping[str, str]) -> int:
        """Set the name of items, on every list, that have none. Returns how many changed."""

    def remove(self, watchlist: str, symbols: Iterable[str]) -> Removal:
        """Remove items. Returns those that were there."""

    def restore(
        self,
        removal: Removal,
        *,
        most_items: int | None = None,
        most_lists: int | None = None,
    ) -> Restored:
        """Put back what was removed, as it was and where it was.

        What is there again gets the note and the target price that it lacks. A deleted list comes
        back under another name or title where that was taken since. Raises NoSuchList where the
        list of removed items was deleted, and TooManyLists.
        """

    def move(
        self, symbols: Iterable[str], source: str, target: str, *, most_items: int | None = None
    ) -> Moved:
        """Put items on another list, at its end, in their order.

        Of one that is there already, note and target price fill in what it has none of; where
        it has others, the item stays.
        """

    def place(self, watchlist: str, symbols: Sequence[str], before: str | None) -> list[str]:
        """Put items, in the order given, before that one; None: at the end. Returns which.

        Raises NotListed for a `before` that is not on the list.
        """

    def seed(self, watchlist: str, items: Iterable[WatchlistItem]) -> bool:
        """Put the items on the list if no list was ever seeded here. Returns whether it did."""


# Not frozen: one is made on each reading, in a third of the time. The value cannot be changed.
