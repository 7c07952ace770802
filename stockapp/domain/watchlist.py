"""What a person watches: lists, and the symbols on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockapp.domain import moment

DEFAULT_WATCHLIST = "default"
MAX_NOTE_LENGTH = 2000


class NoSuchList(LookupError):
    """There is no watchlist of that name."""

    def __init__(self, name: str) -> None:
        super().__init__("There is no watchlist of that name; it may have been deleted.")
        self.name = name


class ListExists(ValueError):
    """Another list has that title already; upper and lower case count as the same."""

    def __init__(self, title: str) -> None:
        super().__init__(f"There is a list called {title} already. Choose another title.")
        self.title = title


class TooManyLists(ValueError):
    """There are as many lists as there may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} lists, as many as there may be. Delete one first.")


class WatchlistFull(ValueError):
    """The list cannot take so many symbols; `room` is how many more fit. Nothing was changed."""

    def __init__(self, most: int, room: int) -> None:
        super().__init__(
            f"The list holds {most} symbols, as many as it may. Remove some first."
            if room <= 0
            else f"Of these only {room} more fit: a list holds at most {most} symbols."
            " Choose fewer, or remove some first."
        )
        self.room = max(0, room)


class NotListed(LookupError):
    """The symbol is not on the list."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"{symbol} is not on the list.")
        self.symbol = symbol


@dataclass(frozen=True, slots=True)
class Watchlist:
    """One list. `name` stands in addresses and stays, `title` is what people wrote.

    `size`: how many symbols are on it.
    """

    name: str
    title: str
    size: int

    def to_json(self) -> dict[str, Any]:
        """The list as the JSON interface shows it."""
        return {"name": self.name, "title": self.title, "size": self.size}


@dataclass(frozen=True, slots=True)
class WatchlistItem:
    """One symbol on a list. `target_price` is in the currency in which its price is quoted.

    `sample` marks what a new installation, and not the user, put there.
    """

    symbol: str
    added_at: datetime
    name: str | None = None
    note: str = ""
    target_price: float | None = None
    sample: bool = False

    def to_json(self) -> dict[str, Any]:
        """The item as the JSON interface shows it."""
        return {
            "symbol": self.symbol,
            "name": self.name,
            "note": self.note,
            "target_price": self.target_price,
            "sample": self.sample,
            "added_at": moment.to_text(self.added_at),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "WatchlistItem":
        """The item that `to_json` wrote."""
        return cls(**{**data, "added_at": moment.from_text(data["added_at"])})


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed from a list, so that it can come back to its place.

    `order`: all symbols that were on the list before. `title`: that of the list where the list
    itself was deleted.
    """

    watchlist: str
    items: tuple[WatchlistItem, ...]
    order: tuple[str, ...]
    title: str | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """What was removed, in the order of the list."""
        return tuple(item.symbol for item in self.items)

    def to_json(self) -> dict[str, Any]:
        """The removal as it is kept."""
        return {
            "watchlist": self.watchlist,
            "items": [item.to_json() for item in self.items],
            "order": list(self.order),
            "title": self.title,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Removal":
        """The removal that `to_json` wrote."""
        items = tuple(WatchlistItem.from_json(item) for item in data["items"])
        return cls(data["watchlist"], items, tuple(data["order"]), data["title"])


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, or got back what it lacked, and the list on which it is now."""

    watchlist: Watchlist
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Which symbols went to another list, and which stayed.

    `kept`: their note or target price would be lost, as the other list has another one.
    """

    symbols: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Which of some items were put on a list, and which that were there were filled in."""

    added: tuple[str, ...]
    changed: tuple[str, ...]


def restored_order(now: list[str], before: tuple[str, ...], back: frozenset[str]) -> list[str]:
    """The order of a list with `back` again where it was `before`, as far as that can be told.

    Each comes after the nearest symbol that stood before it then and is on the list now.
    """
    order, there = list(now), set(now)
    for index, symbol in enumerate(before):
        if symbol in back and symbol not in there:
            nearest = next((one for one in reversed(before[:index]) if one in there), None)
            order.insert(0 if nearest is None else order.index(nearest) + 1, symbol)
            there.add(symbol)
    return order
