"""The calls about watchlists. Each takes the name of a list, and means the first without one."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from stockapp.client.http import Http
from stockapp.client.prices import (
    Added,
    Item,
    Removed,
    Watchlist,
)

_DEFAULT = "default"


class Lists:
    """What is watched."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def watchlists(self) -> list[Watchlist]:
        """All lists; the first is the one that is always there."""
        told = self._http.json("GET", "/api/watchlists")
        return [Watchlist.of(one) for one in told["watchlists"]]

    def create_watchlist(self, title: str) -> Watchlist:
        """Make a list; its name follows from the title. Raises Conflict where there is one."""
        return Watchlist.of(self._http.json("POST", "/api/watchlists", body={"title": title}))

    def rename_watchlist(self, name: str, title: str) -> Watchlist:
        """Give a list another title; its name stays."""
        path, body = f"/api/watchlists/{quote(name, safe='')}", {"title": title}
        return Watchlist.of(self._http.json("PATCH", path, body=body, repeatable=True))

    def delete_watchlist(self, name: str) -> Removed:
        """Delete a list with its symbols."""
        return Removed.of(self._http.json("DELETE", f"/api/watchlists/{quote(name, safe='')}"))

    def items(self, watchlist: str = _DEFAULT) -> list[Item]:
        """What is on a list, in its order, without quotes."""
        told = self._http.json("GET", "/api/watchlist", params={"watchlist": watchlist})
        return [Item.of(item) for item in told["items"]]

    def board(self, watchlist: str = _DEFAULT) -> list[Item]:
        """The same with the last quotes; waits for no source."""
        told = self._http.json("GET", "/api/watchlist/cached", params={"watchlist": watchlist})
        return [Item.of(item) for item in told["items"]]

    def add(
        self,
        symbol: str,
        *,
        note: str = "",
        target_price: float | None = None,
        accept_unknown: bool = False,
        watchlist: str = _DEFAULT,
    ) -> Item:
        """Put a symbol on a list; one that is there stays as it is.

        Raises Invalid where no source knows it, unless `accept_unknown`.
        """
        body = {
            "symbol": symbol,
            "note": note,
            "target_price": target_price,
            "accept_unknown": accept_unknown,
            "watchlist": watchlist,
        }
        return Item.of(self._http.json("POST", "/api/watchlist", body=body, repeatable=True))

    def add_many(self, symbols: Iterable[str], watchlist: str = _DEFAULT) -> Added:
        """Put many symbols on a list; they are looked up behind."""
        body = {"symbols": list(symbols), "watchlist": watchlist}
        path = "/api/watchlist/add-many"
        return Added.of(self._http.json("POST", path, body=body, repeatable=True))

    def change(self, symbol: str, *, watchlist: str = _DEFAULT, **changes: Any) -> Item:
        """Set `note` or `target_price` (None: none); what is not given stays."""
        path, body = f"/api/watchlist/{quote(symbol, safe='')}", {**changes, "watchlist": watchlist}
        return Item.of(self._http.json("PATCH", path, body=body, repeatable=True))

    def remove(self, symbols: Iterable[str], watchlist: str = _DEFAULT) -> Removed:
        """Take symbols off a list; those that are not on it are not told as removed."""
        body = {"symbols": list(symbols), "watchlist": watchlist}
        return Removed.of(self._http.json("DELETE", "/api/watchlist", body=body))

    def undo(self, token: str) -> tuple[str, ...]:
        """Bring back what was removed; returns the symbols. Raises NotFound after an hour."""
        told = self._http.json("POST", "/api/watchlist/undo", body={"undo": token})
        return tuple(told["symbols"])
