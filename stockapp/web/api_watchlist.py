"""JSON: the items of a watchlist, one by one; and all of them, also as CSV."""

from urllib.parse import quote

from flask import Blueprint, Response, jsonify

from stockapp.domain.watchlist import DEFAULT_WATCHLIST, WatchlistItem
from stockapp.services import list_export
from stockapp.services.boards import Boards
from stockapp.services.watchlists import Watchlists
from stockapp.web import csv_files, inputs
from stockapp.web.errors import Problem, not_found
from stockapp.web.openapi.answers_watchlists import AddedItem, Items
from stockapp.web.openapi.call import Gives, Link, described
from stockapp.web.openapi.parts import SYMBOL
from stockapp.web.routing import know_unless
from stockapp.web.schemas_watchlist import (
    ItemChangesInput,
    ItemsInput,
    NewItemInput,
    OfListInput,
)

# The words are calls about the whole list, here and in the modules beside.
WORDS = (
    *("cached", "live-prices-async", "analyze-async"),
    *("move", "place", "add-many", "import", "undo"),
)
_ITEM = f"/<unless({','.join(map(repr, WORDS))}):ticker>"

_TICKER = {
    "ticker": (
        "A symbol in Yahoo's notation; in capitals where it would mean another call.",
        SYMBOL,
        "LARK.SIM",
    )
}
_OF_ITEM = {"ticker": "$response.body#/symbol"}
_LINKS = (
    Link("getItem", _OF_ITEM),
    Link("changeItem", _OF_ITEM),
    Link("removeItem", _OF_ITEM),
    Link("getQuote", _OF_ITEM),
)


class WatchlistApi:
    """The calls about what is watched. Each takes `watchlist`, and means the first without it."""

    def __init__(self, watchlists: Watchlists, boards: Boards) -> None:
        self._watchlists = watchlists
        self._boards = boards

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("api_watchlist", __name__, url_prefix="/api/watchlist")
        blueprint.record(know_unless)
        blueprint.add_url_rule("", view_func=self.items)
        blueprint.add_url_rule("", view_func=self.add, methods=["POST"])
        blueprint.add_url_rule(_ITEM, view_func=self.item)
        blueprint.add_url_rule(_ITEM, view_func=self.change, methods=["PATCH"])
        blueprint.add_url_rule(_ITEM, view_func=self.remove, methods=["DELETE"])
        return blueprint

    @described(
        "listItems",
        "Watchlists",
        takes=ItemsInput,
        gives={200: Gives((Items,), csv=",".join(list_export.HEAD) + "\r\n")},
        faults=("404 unknown_watchlist",),
    )
    def items(self) -> Response:
        """All items; as CSV with their last quotes."""
        wanted = inputs.read(ItemsInput)
        watchlist = self._watchlists.get_list(wanted.watchlist)
        if wanted.format == "csv":
            rows = list_export.rows(self._boards.rows(watchlist.name))
            return csv_files.download("watchlist", watchlist.name, list_export.HEAD, rows)
        items = [item.to_json() for item in self._watchlists.items(watchlist.name)]
        return jsonify({"watchlist": watchlist.name, "title": watchlist.title, "items": items})

    @described(
        "addItem",
        "Watchlists",
        takes=NewItemInput,
        gives={
            200: Gives((AddedItem,), "It was on the list already.", (), _LINKS),
            201: Gives((AddedItem,), "It was added.", ("Location",), _LINKS),
        },
        faults=(
            "404 unknown_watchlist",
            "409 watchlist_full",
            "422 invalid_symbol",
            "422 unknown_symbol",
            "503 queue_full",
        ),
    )
    def add(self) -> Response:
        """Add a symbol: 201 when new, 200 when it was there."""
        new = inputs.read(NewItemInput)
        self._watchlists.require(new.watchlist)
        added = self._watchlists.add(
            new.watchlist,
            new.symbol,
            note=new.note,
            target_price=new.target_price,
            accept_unknown=new.accept_unknown,
        )
        response = jsonify({**added.item.to_json(), "verified": added.verified})
        if added.created:
            response.status_code = 201
            response.headers["Location"] = _path(new.watchlist, added.item)
        return response

    @described(
        "getItem",
        "Watchlists",
        takes=OfListInput,
        gives={200: WatchlistItem},
        faults=("404 unknown_watchlist", "404 unknown_item", "405 method_not_allowed"),
        paths=_TICKER,
    )
    def item(self, ticker: str) -> Response:
        """One item."""
        name, symbol = self._list(), inputs.ticker(ticker)
        item = self._watchlists.get(name, symbol)
        if item is None:
            raise _not_listed(symbol)
        return jsonify(item.to_json())

    @described(
        "changeItem",
        "Watchlists",
        takes=ItemChangesInput,
        gives={200: WatchlistItem},
        faults=("404 unknown_watchlist", "404 unknown_item", "405 method_not_allowed"),
        paths=_TICKER,
    )
    def change(self, ticker: str) -> Response:
        """Set the note or the target price."""
        symbol = inputs.ticker(ticker)
        wanted = inputs.read(ItemChangesInput)
        self._watchlists.require(wanted.watchlist)
        item = self._watchlists.update(wanted.watchlist, symbol, wanted.changes())
        if item is None:
            raise _not_listed(symbol)
        return jsonify(item.to_json())

    @described(
        "removeItem",
        "Watchlists",
        takes=OfListInput,
        gives={204: Gives(says="It was removed.", headers=("Stockapp-Undo",))},
        faults=("404 unknown_watchlist", "404 unknown_item", "405 method_not_allowed"),
        paths=_TICKER,
    )
    def remove(self, ticker: str) -> Response:
        """Remove an item; a header tells the token that undoes it."""
        name, symbol = self._list(), inputs.ticker(ticker)
        removed = self._watchlists.remove(name, [symbol])
        if not removed.symbols:
            raise _not_listed(symbol)
        response = Response(status=204)
        if removed.undo:
            response.headers["Stockapp-Undo"] = removed.undo
        return response

    def _list(self) -> str:
        name = inputs.read(OfListInput).watchlist
        self._watchlists.require(name)
        return name


def _path(watchlist: str, item: WatchlistItem) -> str:
    path = f"/api/watchlist/{quote(item.symbol, safe='')}"
    return path if watchlist == DEFAULT_WATCHLIST else f"{path}?watchlist={watchlist}"


def _not_listed(symbol: str) -> Problem:
    return not_found("item", f"{symbol} is not on the watchlist.")
